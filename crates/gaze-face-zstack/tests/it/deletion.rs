//! Deleting, recovering and expunging, as ZStack's own tests state it (ImageOperationsCase).

use serde_json::{Value, json};

use crate::cloud::{clouds, references};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deletion_and_recovery_change_image_and_reference_together() {
    for cloud in clouds().await {
        let added = cloud.add(json!({})).await;
        let image = added["uuid"].as_str().unwrap();
        let store = cloud.world.store.id.hex();
        assert_eq!(references(&added), [(store.as_str(), "Ready")]);
        let path = format!("/images/{image}");
        cloud.tenant.ok("DELETE", &path, json!({})).await;
        let deleted = cloud.tenant.image(image).await;
        assert_eq!(deleted["status"], "Deleted");
        assert_eq!(references(&deleted), [(store.as_str(), "Deleted")]);
        let recovered = cloud.tenant.act(image, "recoverImage", json!({})).await;
        assert_eq!(recovered["status"], "Ready");
        assert_eq!(references(&recovered), [(store.as_str(), "Ready")]);
        assert_eq!(cloud.candidates().await, [image]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn expunging_removes_image_and_bytes() {
    for cloud in clouds().await {
        let before = cloud.room(&cloud.world.store).await;
        let added = cloud.add(json!({})).await;
        let image = added["uuid"].as_str().unwrap();
        let path = format!("/images/{image}");
        cloud.tenant.ok("DELETE", &path, json!({})).await;
        // A deleted image keeps its bytes.
        assert!(cloud.room(&cloud.world.store).await < before);
        cloud.tenant.act(image, "expungeImage", json!({})).await;
        assert_eq!(cloud.tenant.image(image).await, Value::Null);
        assert_eq!(cloud.room(&cloud.world.store).await, before);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_deleted_image_is_expunged() {
    for cloud in clouds().await {
        let added = cloud.add(json!({})).await;
        let image = added["uuid"].as_str().unwrap();
        let path = format!("/images/{image}/actions");
        let refused = cloud
            .tenant
            .refused("PUT", &path, json!({"expungeImage": {}}))
            .await;
        assert_eq!(refused["code"], "SYS.1006");
        assert_eq!(cloud.tenant.image(image).await["status"], "Ready");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_exist_is_as_good_as_deleted() {
    for cloud in clouds().await {
        let nothing = "/images/e4891e6ef3a64ea08ce91ab379a5c999";
        cloud.tenant.ok("DELETE", nothing, json!({})).await;
        let refused = cloud
            .tenant
            .refused("DELETE", "/images/no-uuid", json!({}))
            .await;
        assert_eq!(refused["code"], "SYS.1003");
    }
}

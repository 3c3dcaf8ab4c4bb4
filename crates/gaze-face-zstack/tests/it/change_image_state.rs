//! ChangeImageState, as ZStack's own tests state it (TestChangeImageState, TestPolicyForImage,
//! CreateVmImageDisabledBackupStorageCase), and what a disabled image may still do.

use axum::http::StatusCode;
use gaze_domain::StoreState;
use serde_json::json;

use crate::cloud::{Cloud, clouds};

async fn state(cloud: &Cloud, image: &str, event: &str) -> String {
    let changed = cloud
        .tenant
        .act(image, "changeImageState", json!({"stateEvent": event}))
        .await;
    changed["state"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_image_is_enabled_and_can_be_disabled_and_enabled() {
    for cloud in clouds().await {
        let added = cloud.add(json!({})).await;
        assert_eq!(added["state"], "Enabled");
        let image = added["uuid"].as_str().unwrap();
        for (event, expected) in [
            ("disable", "Disabled"),
            ("disable", "Disabled"),
            ("enable", "Enabled"),
            ("enable", "Enabled"),
        ] {
            assert_eq!(state(&cloud, image, event).await, expected);
            assert_eq!(cloud.tenant.image(image).await["state"], expected);
        }
        let template = cloud.template(json!({})).await;
        assert_eq!(template["state"], "Enabled");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_state_changes_and_nothing_else_but_the_date() {
    for cloud in clouds().await {
        let mut before = cloud.add(json!({})).await;
        let image = before["uuid"].as_str().unwrap().to_owned();
        cloud.world.runtime.advance(60);
        let mut after = cloud
            .tenant
            .act(&image, "changeImageState", json!({"stateEvent": "disable"}))
            .await;
        assert_ne!(before["lastOpDate"], after["lastOpDate"]);
        for inventory in [&mut before, &mut after] {
            inventory["state"] = json!(null);
            inventory["lastOpDate"] = json!(null);
        }
        assert_eq!(before, after);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_status_of_an_image_does_not_matter() {
    for cloud in clouds().await {
        let added = cloud.add(json!({})).await;
        let image = added["uuid"].as_str().unwrap();
        let path = format!("/images/{image}");
        cloud.tenant.ok("DELETE", &path, json!({})).await;
        assert_eq!(state(&cloud, image, "disable").await, "Disabled");
        let seen = cloud.tenant.image(image).await;
        assert_eq!(
            (&seen["status"], &seen["state"]),
            (&json!("Deleted"), &json!("Disabled"))
        );
    }
}

/// ZStack refuses to make a machine from a disabled image, and a machine cannot change to one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_machine_can_change_to_a_disabled_image_also_after_its_store_was_enabled_again() {
    for cloud in clouds().await {
        let added = cloud.add(json!({})).await;
        let image = added["uuid"].as_str().unwrap();
        assert_eq!(cloud.candidates().await, [image]);
        state(&cloud, image, "disable").await;
        assert!(cloud.candidates().await.is_empty());
        let path = format!("/vm-instances/{}/actions", cloud.world.machine.id);
        let change = json!({"changeVmImage": {"imageUuid": image}});
        let refused = cloud.tenant.refused("PUT", &path, change).await;
        assert_eq!(refused["code"], "SYS.1007", "{refused}");
        let store = cloud.world.store.clone();
        cloud.switch(&store, StoreState::Disabled).await;
        cloud.switch(&store, StoreState::Enabled).await;
        assert!(cloud.candidates().await.is_empty());
        state(&cloud, image, "enable").await;
        assert_eq!(cloud.candidates().await, [image]);
    }
}

/// The one copy of an enabled image is in a disabled store: there is no cache of it elsewhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_machine_can_change_to_an_image_whose_stores_are_disabled() {
    for cloud in clouds().await {
        let added = cloud.add(json!({})).await;
        let store = cloud.world.store.clone();
        cloud.switch(&store, StoreState::Disabled).await;
        assert!(cloud.candidates().await.is_empty());
        cloud.switch(&store, StoreState::Enabled).await;
        assert_eq!(cloud.candidates().await, [added["uuid"].as_str().unwrap()]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disabled_image_can_be_changed_deleted_and_recovered() {
    for cloud in clouds().await {
        let added = cloud.add(json!({})).await;
        let image = added["uuid"].as_str().unwrap();
        state(&cloud, image, "disable").await;
        let renamed = cloud
            .tenant
            .act(image, "updateImage", json!({"name": "off"}))
            .await;
        assert_eq!(renamed["name"], "off");
        let path = format!("/images/{image}");
        cloud.tenant.ok("DELETE", &path, json!({})).await;
        let recovered = cloud.tenant.act(image, "recoverImage", json!({})).await;
        assert_eq!(recovered["status"], "Ready");
        assert_eq!(recovered["state"], "Disabled");
        let named = cloud
            .tenant
            .ok("GET", "/images?q=state=Disabled", json!({}))
            .await;
        assert_eq!(named["inventories"][0]["uuid"], image);
    }
}

/// ZStack's users have policies, ours have roles: a reader is one who may change nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_may_change_the_state_and_a_reader_may_not() {
    for cloud in clouds().await {
        let added = cloud.add(json!({})).await;
        let image = added["uuid"].as_str().unwrap();
        let reader = cloud.reader().await;
        let path = format!("/images/{image}/actions");
        let body = json!({"changeImageState": {"stateEvent": "disable"}});
        let refused = reader.refused("PUT", &path, body).await;
        // To one who does not own it, as ZStack puts it.
        assert_eq!(refused["code"], "SYS.1006");
        assert_eq!(cloud.tenant.image(image).await["state"], "Enabled");
        assert_eq!(state(&cloud, image, "disable").await, "Disabled");
        let (status, _) = reader.send("GET", &format!("/images/{image}"), "").await;
        assert_eq!(status, StatusCode::OK);
    }
}

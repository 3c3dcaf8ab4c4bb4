//! Which stores a template goes to and what is left when they fail, as ZStack's own tests state
//! it: TestCreateTemplateFromRootVolumeFailure and its variants, ImageOperationsCase,
//! CreateVmImageDisabledBackupStorageCase.

use gaze_domain::{Store, StoreState};
use serde_json::{Value, json};

use crate::cloud::{Cloud, clouds, references};

async fn detach(cloud: &Cloud, store: &Store) {
    let (caller, zone) = (&cloud.world.admin.caller, cloud.world.zone.id);
    let detached = cloud.world.app.detach_store(caller, store.id, zone).await;
    detached.unwrap();
}

/// Refused, with and without the store named; no image is left and no room taken.
async fn nothing_is_made(cloud: &Cloud, store: &Store) {
    let before = cloud.room(store).await;
    for params in [json!({}), json!({"backupStorageUuids": [store.id.hex()]})] {
        let refused = cloud.no_template(params).await;
        let code = refused["code"].as_str().unwrap();
        assert!(["SYS.1006", "BS.1003"].contains(&code), "{refused}");
    }
    assert_eq!(cloud.tenant.images().await, 0);
    assert_eq!(cloud.room(store).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_fails_gets_its_room_back_and_keeps_no_image() {
    for cloud in clouds().await {
        let store = cloud.world.store.clone();
        let before = cloud.room(&store).await;
        // Where blobs are written there is a file, not a folder.
        let folder = std::path::Path::new(store.url.trim_start_matches("file://"));
        for inner in ["tmp", "blobs"] {
            let inner = folder.join(inner);
            std::fs::remove_dir_all(&inner).unwrap();
            std::fs::write(&inner, b"in the way").unwrap();
        }
        let uuid = "0d0a1111de004000800000000000f001";
        cloud.no_template(json!({"resourceUuid": uuid})).await;
        assert_eq!(cloud.tenant.images().await, 0);
        for inner in ["tmp", "blobs"] {
            let inner = folder.join(inner);
            std::fs::remove_file(&inner).unwrap();
            std::fs::create_dir(&inner).unwrap();
        }
        assert_eq!(cloud.room(&store).await, before);
        // Nothing is left of it: the same uuid can be tried again.
        let made = cloud.template(json!({"resourceUuid": uuid})).await;
        assert_eq!(made["uuid"], uuid);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_without_room_is_refused() {
    for cloud in clouds().await {
        let small = cloud.store("small", Some(4096)).await;
        let params = json!({"backupStorageUuids": [small.id.hex()]});
        let refused = cloud.no_template(params).await;
        assert_eq!(refused["code"], "SYS.1006");
        assert_eq!(cloud.tenant.images().await, 0);
        assert_eq!(cloud.room(&small).await, 4096);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_left_the_zone_is_refused_named_or_not() {
    for cloud in clouds().await {
        let store = cloud.world.store.clone();
        detach(&cloud, &store).await;
        nothing_is_made(&cloud, &store).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disabled_store_is_refused_named_or_not() {
    for cloud in clouds().await {
        let store = cloud.world.store.clone();
        cloud.switch(&store, StoreState::Disabled).await;
        nothing_is_made(&cloud, &store).await;
        cloud.switch(&store, StoreState::Enabled).await;
        assert_eq!(cloud.template(json!({})).await["status"], "Ready");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_stores_the_enabled_one_suffices() {
    for cloud in clouds().await {
        let second = cloud.store("second", None).await;
        cloud.switch(&second, StoreState::Disabled).await;
        let (first, other) = (cloud.world.store.id.hex(), second.id.hex());
        let made = cloud
            .template(json!({"backupStorageUuids": [first, other]}))
            .await;
        assert_eq!(references(&made), [(first.as_str(), "Ready")]);
        // Left to itself, the service does not choose the disabled one either.
        assert_eq!(
            references(&cloud.template(json!({})).await),
            [(first.as_str(), "Ready")]
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_volume_whose_disk_is_broken_leaves_nothing() {
    for cloud in clouds().await {
        let store = cloud.world.store.clone();
        let before = cloud.room(&store).await;
        std::fs::remove_file(cloud.world.disks().join("base.raw")).unwrap();
        let refused = cloud.no_template(json!({})).await;
        assert_ne!(refused["code"], Value::Null);
        assert_eq!(cloud.tenant.images().await, 0);
        assert_eq!(cloud.room(&store).await, before);
    }
}

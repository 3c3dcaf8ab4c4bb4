//! CreateRootVolumeTemplateFromRootVolume, as ZStack's own tests state it:
//! TestCreateTemplateFromRootVolume and its variants, CreateRootVolumeTemplateLongJobCase,
//! SftpBackupStorageSyncImageSizeCase, TestDiskCapacityLocalStorage3, StartVmAfterImageDeleteCase,
//! BootModeCase.

use axum::http::StatusCode;
use gaze_app::NewInstance;
use gaze_domain::{Firmware, ImageId, Platform};
use serde_json::{Value, json};

use crate::cloud::{Cloud, clouds, references};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_template_is_ready_of_the_volumes_size_and_tells_of_volume_and_store() {
    for cloud in clouds().await {
        let store = cloud.world.store.id.hex();
        let made = cloud.template(json!({"backupStorageUuids": [store]})).await;
        assert_eq!(made["status"], "Ready");
        assert_eq!(made["state"], "Enabled");
        assert_eq!(made["type"], "zstack");
        assert_eq!(made["mediaType"], "RootVolumeTemplate");
        assert_eq!(made["size"], cloud.world.root.size.0);
        assert_eq!(made["url"], format!("volume://{}", cloud.world.root.id));
        assert_eq!(made["guestOsType"], "Debian 12");
        assert_eq!(made["platform"], "Linux");
        assert_eq!(references(&made), [(store.as_str(), "Ready")]);
        let seen = cloud.tenant.image(made["uuid"].as_str().unwrap()).await;
        assert_eq!(seen, made);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_stores_one_of_the_zone_is_taken_and_told() {
    for cloud in clouds().await {
        let made = cloud.template(json!({})).await;
        let store = cloud.world.store.id.hex();
        assert_eq!(references(&made), [(store.as_str(), "Ready")]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_stores_hold_a_copy_each() {
    for cloud in clouds().await {
        let second = cloud.store("second", None).await.id.hex();
        let first = cloud.world.store.id.hex();
        let made = cloud
            .template(json!({"backupStorageUuids": [first, second]}))
            .await;
        let mut found = references(&made);
        found.sort_unstable();
        let mut expected = [(first.as_str(), "Ready"), (second.as_str(), "Ready")];
        expected.sort_unstable();
        assert_eq!(found, expected);
    }
}

/// The sizes of the answer are those of the stored file, and the store has that much less.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sizes_are_those_of_the_stored_file_and_the_store_shrinks_by_it() {
    for cloud in clouds().await {
        let store = cloud.world.store.clone();
        let before = cloud.room(&store).await;
        let made = cloud.template(json!({})).await;
        let path = made["backupStorageRefs"][0]["installPath"]
            .as_str()
            .unwrap();
        let (_, key) = path.split_once(&store.url).unwrap();
        let folder = store.url.trim_start_matches("file://");
        let stored = std::fs::metadata(format!("{folder}/blobs{key}"))
            .or_else(|_| std::fs::metadata(format!("{folder}{key}")))
            .unwrap();
        assert_eq!(made["actualSize"], stored.len());
        assert_eq!(cloud.room(&store).await, before - stored.len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_platform_is_refused_and_leaves_no_image() {
    for cloud in clouds().await {
        let refused = cloud.no_template(json!({"platform": "Plan9"})).await;
        assert_eq!(refused["code"], "SYS.1007");
        assert_eq!(cloud.tenant.images().await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_resource_uuid_becomes_the_images() {
    for cloud in clouds().await {
        let uuid = ImageId::new(cloud.world.app.new_uuid()).hex();
        let made = cloud.template(json!({"resourceUuid": uuid})).await;
        assert_eq!(made["uuid"], uuid);
        let again = cloud.no_template(json!({"resourceUuid": uuid})).await;
        assert_eq!(again["code"], "SYS.1000");
        assert_eq!(cloud.tenant.images().await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_image_of_anothers_machine_belongs_to_the_caller() {
    for cloud in clouds().await {
        let body = json!({"params": {"name": "of another's machine"}});
        let made = cloud.admin.ok("POST", &cloud.templates(), body).await;
        let image = made["inventory"]["uuid"].as_str().unwrap();
        assert_eq!(cloud.tenant.image(image).await, Value::Null);
        let owned = cloud
            .world
            .app
            .get_image(&cloud.world.admin.caller, image.parse().unwrap())
            .await;
        assert_eq!(owned.unwrap().owner, cloud.world.admin.project.id);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_makes_no_template() {
    for cloud in clouds().await {
        let body = json!({"params": {"name": "stolen"}});
        let refused = cloud
            .stranger
            .refused("POST", &cloud.templates(), body)
            .await;
        assert_eq!(refused["code"], "SYS.1003");
        assert_eq!(cloud.stranger.images().await, 0);
    }
}

/// Registers a machine of the tenant's on a disk of its own; its root volume.
async fn machine(cloud: &Cloud, change: impl FnOnce(&mut NewInstance)) -> String {
    let disk = cloud.world.disks().join("web-2.qcow2");
    std::fs::copy(cloud.world.disks().join("web-1.qcow2"), &disk).unwrap();
    let mut new = NewInstance {
        id: None,
        name: "web-2".into(),
        description: None,
        project: Some(cloud.world.tenant.project.id),
        zone: cloud.world.zone.id,
        cluster: None,
        pool: None,
        disk,
        disk_format: None,
        platform: None,
        architecture: None,
        guest_os: None,
        firmware: None,
        virtio: true,
        image: None,
    };
    change(&mut new);
    let added = cloud.world.app.add_instance(&cloud.world.admin.caller, new);
    added.await.unwrap().1.id.hex()
}

async fn template_of(cloud: &Cloud, volume: &str, params: Value) -> Value {
    let path = format!("/images/root-volume-templates/from/volumes/{volume}");
    let body = json!({"params": params});
    cloud.tenant.ok("POST", &path, body).await["inventory"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_machines_boot_mode_and_platform_are_the_images() {
    for cloud in clouds().await {
        let volume = machine(&cloud, |new| {
            new.firmware = Some(Firmware::Uefi);
            new.platform = Some(Platform::Windows);
            new.guest_os = Some("Windows Server 2022".into());
            new.virtio = false;
        })
        .await;
        // What is said of virtio counts for nothing: it is the machine's own fact.
        let made = template_of(&cloud, &volume, json!({"name": "n", "virtio": true})).await;
        assert_eq!(made["platform"], "Windows");
        assert_eq!(made["guestOsType"], "Windows Server 2022");
        assert_eq!(made["virtio"], false);
        let image = made["uuid"].as_str().unwrap().parse().unwrap();
        let image = cloud.world.app.get_image(&cloud.world.tenant.caller, image);
        assert_eq!(image.await.unwrap().firmware, Some(Firmware::Uefi));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_machines_own_image_may_be_gone() {
    for cloud in clouds().await {
        let image = cloud.world.image("origin").await.id;
        let volume = machine(&cloud, |new| new.image = Some(image)).await;
        let path = format!("/images/{image}");
        cloud.tenant.ok("DELETE", &path, json!({})).await;
        cloud
            .tenant
            .act(&image.hex(), "expungeImage", json!({}))
            .await;
        let made = template_of(&cloud, &volume, json!({"name": "n"})).await;
        assert_eq!(made["status"], "Ready");
    }
}

/// ZStack lets a machine on Ceph run meanwhile; on a local disk it has to be stopped.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_machines_disk_is_left_alone() {
    for cloud in clouds().await {
        let held = crate::qemu::Holder::of(cloud.world.root.path.as_ref());
        let refused = cloud.no_template(json!({})).await;
        assert_eq!(
            crate::cloud::codes(&refused),
            ["SYS.1006", "SYS.1006", "SYS.1000"]
        );
        drop(held);
        assert_eq!(cloud.tenant.images().await, 0);
        let (status, _) = cloud.tenant.send("GET", "/images", "").await;
        assert_eq!(status, StatusCode::OK);
    }
}

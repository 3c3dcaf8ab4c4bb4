//! Boot modes and architectures, as ZStack's own tests state it (UpdateImageCase).

use gaze_domain::Firmware;
use serde_json::{Value, json};

use crate::cloud::{Cloud, clouds};

async fn firmware(cloud: &Cloud, image: &Value) -> Option<Firmware> {
    let image = image["uuid"].as_str().unwrap().parse().unwrap();
    let image = cloud.world.app.get_image(&cloud.world.tenant.caller, image);
    image.await.unwrap().firmware
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_image_for_aarch64_starts_by_uefi_whatever_its_tag_says() {
    for cloud in clouds().await {
        for tags in [json!([]), json!(["bootMode::Legacy"])] {
            let params = json!({"architecture": "aarch64", "systemTags": tags});
            let added = cloud.add(params).await;
            assert_eq!(firmware(&cloud, &added).await, Some(Firmware::Uefi));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_image_that_becomes_one_for_aarch64_starts_by_uefi() {
    for cloud in clouds().await {
        let params = json!({"architecture": "x86_64", "systemTags": ["bootMode::Legacy"]});
        let added = cloud.add(params).await;
        assert_eq!(firmware(&cloud, &added).await, Some(Firmware::Bios));
        let image = added["uuid"].as_str().unwrap();
        let change = json!({"architecture": "aarch64"});
        let changed = cloud.tenant.act(image, "updateImage", change).await;
        assert_eq!(changed["architecture"], "aarch64");
        assert_eq!(firmware(&cloud, &added).await, Some(Firmware::Uefi));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_architectures_keep_their_boot_mode() {
    for cloud in clouds().await {
        for (tag, expected) in [
            ("bootMode::Legacy", Firmware::Bios),
            ("bootMode::uefi", Firmware::Uefi),
        ] {
            let added = cloud.add(json!({"systemTags": [tag]})).await;
            let image = added["uuid"].as_str().unwrap();
            let change = json!({"architecture": "loongarch64"});
            cloud.tenant.act(image, "updateImage", change).await;
            assert_eq!(firmware(&cloud, &added).await, Some(expected), "{tag}");
        }
    }
}

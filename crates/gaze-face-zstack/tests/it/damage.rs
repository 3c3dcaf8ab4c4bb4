//! Copies that are not what came, and storages that cannot be asked.

use axum::http::StatusCode;
use gaze_face_zstack::{Config, router};
use gaze_testkit::World;
use serde_json::json;

use crate::client::Client;

fn client(world: &World) -> Client {
    Client {
        router: router(world.app.clone(), Config::default()),
        session: world.tenant.session.clone(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_copy_fails_the_calculation_of_its_hash() {
    let world = World::new().await;
    let client = client(&world);
    let image = world.image("damaged").await;
    let folder = std::path::Path::new(&world.store.url).join("blobs");
    let blob = folder.join(&image.locations[0].key);
    let mut bytes = std::fs::read(&blob).unwrap();
    bytes[30_000] ^= 1;
    std::fs::write(&blob, bytes).unwrap();
    let path = format!("/images/{}/actions", image.id);
    let wanted = json!({"calculateImageHash": {"backupStorageUuid": world.store.id.hex()}});
    let (status, body) = client.send("PUT", &path, &wanted.to_string()).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(body["error"]["code"], "SYS.1006");
    let details = body["error"]["details"].as_str().unwrap();
    assert!(details.contains("is damaged"), "{details}");
    let recorded = image.checksums.md5.unwrap();
    assert!(details.contains(&recorded), "{details}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_size_is_told_while_no_storage_of_the_image_is_connected() {
    let world = World::new().await;
    let client = client(&world);
    let image = world.image("away").await.id;
    let away = format!("{}-away", world.store.url);
    std::fs::rename(&world.store.url, &away).unwrap();
    world.app.round().await.unwrap();
    let path = format!("/images/{image}/actions");
    let sync = r#"{"syncImageSize":{}}"#;
    let (status, body) = client.send("PUT", &path, sync).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(body["error"]["code"], "SYS.1006");
    std::fs::rename(&away, &world.store.url).unwrap();
    world.app.round().await.unwrap();
    let (status, body) = client.send("PUT", &path, sync).await;
    assert_eq!(status, StatusCode::OK, "{body}");
}

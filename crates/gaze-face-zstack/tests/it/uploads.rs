//! Forms with a file, as the clients of ZStack send images.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use gaze_app::DeleteMode;
use gaze_face_zstack::{Config, router};
use gaze_testkit::World;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::client::Client;

const BOUNDARY: &str = "----WebKitFormBoundary7MA4YWxk";

fn client(world: &World) -> Client {
    let config = Config {
        public_url: Some("https://images.example/".into()),
        ..Config::default()
    };
    Client {
        router: router(world.app.clone(), config),
        session: world.tenant.session.clone(),
    }
}

/// Adds an image to be uploaded: its inventory, and the path of the address to send it to.
async fn add(client: &Client, world: &World) -> (Value, String) {
    let body = json!({"params": {
        "name": "disk.raw",
        "url": "upload://disk.raw",
        "format": "raw",
        "backupStorageUuids": [world.store.id.hex()],
    }});
    let (status, body) = client.send("POST", "/images", &body.to_string()).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let image = body["inventory"].clone();
    let address = image["backupStorageRefs"][0]["installPath"].as_str();
    let path = address.unwrap().strip_prefix("https://images.example");
    let path = path.unwrap().to_owned();
    assert!(path.starts_with("/zstack/upload/"), "{path}");
    (image, path)
}

fn form(file: &[u8]) -> Vec<u8> {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"disk.raw\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    let end = format!("\r\n--{BOUNDARY}--\r\n");
    [head.as_bytes(), file, end.as_bytes()].concat()
}

async fn post(client: &Client, path: &str, size: usize, body: Body) -> (StatusCode, String) {
    let content = format!("multipart/form-data; boundary={BOUNDARY}");
    let request = Request::post(path)
        .header("Content-Type", content)
        .header("X-IMAGE-SIZE", size)
        .body(body)
        .unwrap();
    let response = client.router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let text = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8_lossy(&text).into_owned())
}

async fn status_of(client: &Client, image: &Value) -> Value {
    let path = format!("/images/{}", image["uuid"].as_str().unwrap());
    let (_, body) = client.send("GET", &path, "").await;
    body["inventories"][0]["status"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_in_a_form_becomes_the_image() {
    let world = World::new().await;
    let client = client(&world);
    let (image, path) = add(&client, &world).await;
    let file: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    let sent = post(&client, &path, file.len(), Body::from(form(&file))).await;
    assert_eq!(sent, (StatusCode::OK, String::new()));
    assert_eq!(status_of(&client, &image).await, "Ready");
    let again = post(&client, &path, file.len(), Body::from(form(&file))).await;
    assert_eq!(again.0, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forms_that_are_cut_short_or_too_long_change_nothing() {
    let world = World::new().await;
    let client = client(&world);
    let (image, path) = add(&client, &world).await;
    let file = vec![7; 100_000];
    let whole = form(&file);
    let cut = |end: usize| Body::from(whole[..end].to_vec());
    let broken = futures_util::stream::iter([
        Ok(bytes::Bytes::from(whole[..50_000].to_vec())),
        Err(std::io::Error::other("reset")),
    ]);
    for (size, body) in [
        (100_000, cut(90_000)),
        (100_000, cut(whole.len() - 4)),
        (100_000, Body::from_stream(broken)),
        (99_999, Body::from(whole.clone())),
        (100_001, Body::from(whole.clone())),
        (100_000, Body::from(form(&form(&file)))),
    ] {
        let (status, text) = post(&client, &path, size, body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{text}");
        assert_eq!(status_of(&client, &image).await, "Downloading");
    }
    let (status, text) = post(&client, &path, 100_000, Body::from(whole)).await;
    assert_eq!(status, StatusCode::OK, "{text}");
    assert_eq!(status_of(&client, &image).await, "Ready");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_address_of_an_upload_is_kept_nowhere() {
    let world = World::new().await;
    let client = client(&world);
    let job = "0c1f0a4c6d9e4f0e8a3b5d2c7e9f1a2c";
    let body = json!({"params": {
        "name": "disk.raw",
        "url": "upload://disk.raw",
        "format": "raw",
        "backupStorageUuids": [world.store.id.hex()],
    }});
    let request = Request::post("/zstack/v1/images")
        .header("Authorization", format!("OAuth {}", client.session))
        .header("X-Job-UUID", job)
        .body(Body::from(body.to_string()))
        .unwrap();
    let response = client.router.clone().oneshot(request).await.unwrap();
    let sent = response.into_body().collect().await.unwrap().to_bytes();
    assert!(String::from_utf8_lossy(&sent).contains("/zstack/upload/"));
    let call = world.app.find_call(job.parse().unwrap()).await.unwrap();
    let (_, remembered) = call.unwrap().answer.unwrap();
    assert!(remembered.contains("upload://disk.raw"), "{remembered}");
    assert!(!remembered.contains("/zstack/upload/"), "{remembered}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_policy_direct_removes_a_deleted_image_at_once() {
    let world = World::new().await;
    let config = Config {
        deletion: DeleteMode::Now,
        ..Config::default()
    };
    let client = Client {
        router: router(world.app.clone(), config),
        session: world.tenant.session.clone(),
    };
    let id = world.image("gone").await.id;
    let (status, _) = client.send("DELETE", &format!("/images/{id}"), "").await;
    assert_eq!(status, StatusCode::OK);
    if let Some(work) = world.app.running_work(&[id]).await.unwrap().remove(&id) {
        let patience = std::time::Duration::from_secs(30);
        world.app.wait_for_work(work.id, patience).await.unwrap();
    }
    let (_, left) = client.send("GET", &format!("/images/{id}"), "").await;
    assert_eq!(left["inventories"], json!([]));
}

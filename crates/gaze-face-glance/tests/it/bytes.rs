//! Bytes in and out.

use axum::body::Body;
use axum::http::StatusCode;
use gaze_testkit::World;
use http_body_util::BodyExt as _;
use serde_json::json;

use crate::stage::Client;

const OCTETS: (&str, &str) = ("Content-Type", "application/octet-stream");

fn raw() -> serde_json::Value {
    json!({"name": "a", "disk_format": "raw", "container_format": "bare"})
}

#[tokio::test]
async fn what_was_uploaded_is_downloaded_whole_and_in_parts() {
    let world = World::new().await;
    let client = Client::new(&world, &world.tenant.login);
    let id = client.create(&raw()).await;
    let path = format!("/v2/images/{id}/file");
    let none = client.ask("GET", &path, &[], Body::empty()).await;
    assert_eq!(none.status(), StatusCode::NO_CONTENT);
    let sent = client.ask("PUT", &path, &[OCTETS], "0123456789").await;
    assert_eq!(sent.status(), StatusCode::NO_CONTENT);
    let (_, image) = client.get(&format!("/v2/images/{id}")).await;
    assert_eq!(image["status"], "active");
    assert_eq!(image["size"], 10);
    assert_eq!(image["checksum"], "781e5e245d69b566979b86e28d23f2c7");
    assert_eq!(image["os_hash_algo"], "sha256");
    assert_eq!(image["stores"], world.store.name.as_str());
    for (range, status, expected) in [
        (None, 200, "0123456789"),
        (Some("bytes=2-4"), 206, "234"),
        (Some("bytes=-3"), 206, "789"),
        (Some("bytes=5-99"), 206, "56789"),
        (Some("lines=1-2"), 200, "0123456789"),
    ] {
        let headers: Vec<_> = range.map(|range| ("Range", range)).into_iter().collect();
        let answer = client.ask("GET", &path, &headers, Body::empty()).await;
        assert_eq!(answer.status(), status, "{range:?}");
        let whole = status == 200;
        assert_eq!(answer.headers().contains_key("content-md5"), whole);
        let length = answer.headers()["content-length"]
            .to_str()
            .unwrap()
            .to_owned();
        assert_eq!(length, expected.len().to_string());
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, expected, "{range:?}");
    }
    let behind = client.ask("GET", &path, &[("Range", "bytes=10-")], Body::empty());
    let behind = behind.await;
    assert_eq!(behind.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(behind.headers()["content-range"], "bytes */10");
    let head = client.ask("HEAD", &path, &[], Body::empty()).await;
    assert_eq!(head.headers()["content-length"], "10");
}

#[tokio::test]
async fn a_body_in_chunks_needs_no_length() {
    let world = World::new().await;
    let client = Client::new(&world, &world.tenant.login);
    let id = client.create(&raw()).await;
    let path = format!("/v2/images/{id}/file");
    let chunks = ["01234", "56789"].map(Ok::<_, std::io::Error>);
    let body = Body::from_stream(futures_util::stream::iter(chunks));
    let headers = [OCTETS, ("x-openstack-image-size", "10")];
    let sent = client.ask("PUT", &path, &headers, body).await;
    assert_eq!(sent.status(), StatusCode::NO_CONTENT);
    let (_, image) = client.get(&format!("/v2/images/{id}")).await;
    assert_eq!(image["size"], 10);
}

#[tokio::test]
async fn an_image_without_bytes_can_be_active() {
    let world = World::new().await;
    let client = Client::new(&world, &world.tenant.login);
    let id = client.create(&raw()).await;
    let path = format!("/v2/images/{id}/file");
    let sent = client.ask("PUT", &path, &[OCTETS], Body::empty()).await;
    assert_eq!(sent.status(), StatusCode::NO_CONTENT);
    let (_, image) = client.get(&format!("/v2/images/{id}")).await;
    assert_eq!(
        (&image["status"], &image["size"]),
        (&json!("active"), &json!(0))
    );
}

#[tokio::test]
async fn uploads_that_cannot_be_are_refused_and_leave_the_image_queued() {
    let world = World::new().await;
    let client = Client::new(&world, &world.tenant.login);
    let id = client.create(&raw()).await;
    let path = format!("/v2/images/{id}/file");
    for (headers, body, expected) in [
        (&[][..], &b"x"[..], 415),
        (&[("Content-Type", "text/plain")], b"x", 415),
        (&[OCTETS, ("x-openstack-image-size", "7")], b"x", 400),
        (&[OCTETS, ("Content-Length", "7")], b"x", 400),
        (&[OCTETS, ("Content-Length", "9000000000000")], b"x", 413),
        (&[OCTETS], b"QFI\xfb\0\0\0\x03", 400),
    ] {
        let answer = client.ask("PUT", &path, headers, body).await;
        assert_eq!(answer.status(), expected, "{headers:?}");
        let (_, image) = client.get(&format!("/v2/images/{id}")).await;
        assert_eq!(image["status"], "queued", "{headers:?}");
    }
    let bare = client.create(&json!({"name": "no format"})).await;
    let path = format!("/v2/images/{bare}/file");
    let answer = client.ask("PUT", &path, &[OCTETS], "x").await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_second_upload_is_a_conflict() {
    let world = World::new().await;
    let client = Client::new(&world, &world.tenant.login);
    let id = client.create(&raw()).await;
    let path = format!("/v2/images/{id}/file");
    let both = tokio::join!(
        client.ask("PUT", &path, &[OCTETS], "first"),
        client.ask("PUT", &path, &[OCTETS], "other")
    );
    let mut codes = [both.0.status().as_u16(), both.1.status().as_u16()];
    codes.sort_unstable();
    assert_eq!(codes, [204, 409]);
    let again = client.ask("PUT", &path, &[OCTETS], "third").await;
    assert_eq!(again.status(), StatusCode::CONFLICT);
}

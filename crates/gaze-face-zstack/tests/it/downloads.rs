//! Exported images, downloaded by their address alone.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use gaze_app::{NewExport, NewImage};
use gaze_domain::DiskFormat;
use gaze_face_zstack::{Config, router};
use gaze_testkit::World;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

async fn ask(
    router: &Router,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> (StatusCode, HeaderMap, Vec<u8>) {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, headers, bytes.to_vec())
}

/// A world in which the tenant has exported an image, and the address.
async fn scene() -> (World, Router, String, Vec<u8>) {
    let world = World::new().await;
    let image = world
        .image_of(&world.tenant, NewImage::named("my \"disk\"; v1"))
        .await;
    let new = NewExport {
        image: image.id,
        store: None,
        format: Some(DiskFormat::Raw),
        job: None,
        origin: None,
    };
    let caller = &world.tenant.caller;
    let told = world.app.export_image(caller, new).await.unwrap().exported;
    let blobs = std::path::Path::new(&world.store.url).join("blobs");
    let bytes = std::fs::read(blobs.join(&image.locations[0].key)).unwrap();
    let path = format!(
        "/zstack/exported/{}/{}",
        told.capability.reveal(),
        told.file_name
    );
    let router = router(world.app.clone(), Config::default());
    (world, router, path, bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_holds_the_address_downloads_the_whole() {
    let (world, router, path, bytes) = scene().await;
    let (status, headers, body) = ask(&router, "GET", &path, &[]).await;
    assert_eq!(status, StatusCode::OK);
    assert!(body == bytes, "the bytes differ");
    let length = bytes.len().to_string();
    let told = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(told("content-length"), length);
    assert_eq!(told("accept-ranges"), "bytes");
    assert_eq!(
        told("content-disposition"),
        "attachment; filename=\"my__disk___v1.raw\""
    );
    assert_eq!(told("x-content-type-options"), "nosniff");
    let (status, head, body) = ask(&router, "HEAD", &path, &[]).await;
    assert_eq!((status, body.len()), (StatusCode::OK, 0));
    for name in ["content-length", "etag", "content-disposition"] {
        assert_eq!(head[name], headers[name], "{name}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_broke_off_is_resumed() {
    let (world, router, path, bytes) = scene().await;
    let (_, headers, _) = ask(&router, "HEAD", &path, &[]).await;
    let etag = headers["etag"].to_str().unwrap().to_owned();
    let asked = [("range", "bytes=1000-"), ("if-range", etag.as_str())];
    let (status, headers, body) = ask(&router, "GET", &path, &asked).await;
    assert_eq!(status, StatusCode::PARTIAL_CONTENT);
    assert!(body == bytes[1000..], "the bytes differ");
    let total = bytes.len();
    let range = format!("bytes 1000-{}/{total}", total - 1);
    assert_eq!(headers["content-range"].to_str().unwrap(), range);
    let (status, headers, _) = ask(&router, "HEAD", &path, &[("range", "bytes=-7")]).await;
    assert_eq!(status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(headers["content-length"], "7");
    let other = [("range", "bytes=1000-"), ("if-range", "\"other\"")];
    let (status, _, body) = ask(&router, "GET", &path, &other).await;
    assert_eq!((status, body.len()), (StatusCode::OK, total));
    let behind = format!("bytes={total}-");
    let (status, headers, _) = ask(&router, "GET", &path, &[("range", &behind)]).await;
    assert_eq!(status, StatusCode::RANGE_NOT_SATISFIABLE);
    let expected = format!("bytes */{total}");
    assert_eq!(headers["content-range"].to_str().unwrap(), expected);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_read_and_nothing_else() {
    let (world, router, path, _) = scene().await;
    for method in ["PUT", "POST", "DELETE"] {
        let (status, _, _) = ask(&router, method, &path, &[]).await;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
    world.stop().await;
}

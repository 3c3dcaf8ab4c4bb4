//! Uploads and downloads.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use axum::response::Response;
use gaze_app::NewImage;
use gaze_domain::ImageId;
use gaze_testkit::World;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::stage;

const SIZE: usize = 64 << 10;

struct Scene {
    world: World,
    router: Router,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let router = stage::router(&world);
        Self { world, router }
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(header::HeaderName, &str)],
        body: Body,
    ) -> Response {
        let token = format!("Bearer {}", self.world.tenant.login);
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/gaze/v1{path}"))
            .header(header::AUTHORIZATION, token);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        self.router
            .clone()
            .oneshot(request.body(body).unwrap())
            .await
            .unwrap()
    }

    async fn queued(&self) -> ImageId {
        let new = NewImage::named("fresh");
        let made = self
            .world
            .app
            .create_image(&self.world.tenant.caller, new)
            .await;
        made.unwrap().id
    }

    async fn download(&self, id: ImageId, range: &[(header::HeaderName, &str)]) -> Response {
        self.ask(
            Method::GET,
            &format!("/images/{id}/data"),
            range,
            Body::empty(),
        )
        .await
    }
}

async fn bytes(response: Response) -> Vec<u8> {
    response
        .into_body()
        .collect()
        .await
        .unwrap()
        .to_bytes()
        .to_vec()
}

async fn json(response: Response) -> Value {
    serde_json::from_slice(&bytes(response).await).unwrap()
}

/// Different bytes at every place that matters.
fn disk() -> Vec<u8> {
    (0..SIZE)
        .map(|index| u8::try_from(index % 251).unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_uploaded_is_downloaded() {
    let scene = Scene::new().await;
    let id = scene.queued().await;
    let path = format!("/images/{id}/data");
    let length = SIZE.to_string();
    let announced = [(header::CONTENT_LENGTH, length.as_str())];
    let put = scene
        .ask(Method::PUT, &path, &announced, Body::from(disk()))
        .await;
    assert_eq!(put.status(), StatusCode::OK);
    let image = json(put).await;
    assert_eq!(image["status"], "active");
    assert_eq!(image["size"], SIZE);
    let digest = image["checksums"]["sha256"].as_str().unwrap().to_owned();

    let whole = scene.download(id, &[]).await;
    assert_eq!(whole.status(), StatusCode::OK);
    assert_eq!(whole.headers()[header::CONTENT_LENGTH], length.as_str());
    assert_eq!(
        whole.headers()[header::ETAG],
        format!("\"{digest}\"").as_str()
    );
    assert_eq!(whole.headers()["x-gaze-sha256"], digest.as_str());
    assert_eq!(bytes(whole).await, disk());

    let head = scene.ask(Method::HEAD, &path, &[], Body::empty()).await;
    assert_eq!(head.status(), StatusCode::OK);
    assert_eq!(head.headers()[header::CONTENT_LENGTH], length.as_str());
    assert_eq!(head.headers()[header::ACCEPT_RANGES], "bytes");
    assert_eq!(bytes(head).await, b"");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_without_a_length_is_taken() {
    let scene = Scene::new().await;
    let id = scene.queued().await;
    let store = scene.world.store.id;
    let path = format!("/images/{id}/data?store={store}");
    let chunks: Vec<_> = disk()
        .chunks(1000)
        .map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec()))
        .collect();
    let body = Body::from_stream(futures_util::stream::iter(chunks));
    let put = scene.ask(Method::PUT, &path, &[], body).await;
    assert_eq!(put.status(), StatusCode::OK);
    assert_eq!(bytes(scene.download(id, &[]).await).await, disk());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_can_be_a_part() {
    let scene = Scene::new().await;
    let image = scene.world.image("web").await;
    let whole = bytes(scene.download(image.id, &[]).await).await;
    let digest = image.checksums.sha256.unwrap();
    let same = format!("\"{digest}\"");
    let check = async |range: &str, tag: Option<&str>, expected: Option<std::ops::Range<usize>>| {
        let mut headers = vec![(header::RANGE, range)];
        headers.extend(tag.map(|tag| (header::IF_RANGE, tag)));
        let part = scene.download(image.id, &headers).await;
        let Some(expected) = expected else {
            assert_eq!(part.status(), StatusCode::OK, "{range}");
            assert_eq!(bytes(part).await, whole, "{range}");
            return;
        };
        assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT, "{range}");
        let said = format!("bytes {}-{}/{SIZE}", expected.start, expected.end - 1);
        assert_eq!(part.headers()[header::CONTENT_RANGE], said.as_str());
        assert_eq!(bytes(part).await, whole[expected], "{range}");
    };
    check("bytes=0-0", None, Some(0..1)).await;
    check("bytes=500-999", None, Some(500..1000)).await;
    check("bytes=60000-", None, Some(60_000..SIZE)).await;
    check("bytes=-512", None, Some(SIZE - 512..SIZE)).await;
    check("bytes=60000-99999999", Some(&same), Some(60_000..SIZE)).await;
    check("bytes=60000-", Some("\"another\""), None).await;
    check("lines=1-2", None, None).await;

    let behind = format!("bytes={SIZE}-");
    let refused = scene.download(image.id, &[(header::RANGE, &behind)]).await;
    assert_eq!(refused.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    let said = format!("bytes */{SIZE}");
    assert_eq!(refused.headers()[header::CONTENT_RANGE], said.as_str());
    assert_eq!(json(refused).await["type"], "/gaze/v1/problems/range");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_breaks_off_leaves_the_image_queued() {
    let scene = Scene::new().await;
    let id = scene.queued().await;
    let path = format!("/images/{id}/data");
    let items = [Ok(disk()), Err(std::io::Error::other("reset"))];
    let body = Body::from_stream(futures_util::stream::iter(items));
    let put = scene.ask(Method::PUT, &path, &[], body).await;
    assert!(put.status().is_client_error(), "{}", put.status());
    let image = scene
        .world
        .app
        .get_image(&scene.world.tenant.caller, id)
        .await;
    assert_eq!(image.unwrap().status.as_str(), "queued");

    let put = scene.ask(Method::PUT, &path, &[], Body::from(disk())).await;
    assert_eq!(put.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_refers_to_another_is_refused_with_a_reason() {
    let scene = Scene::new().await;
    let id = scene.queued().await;
    let overlay = std::fs::read(scene.world.disks().join("web-1.qcow2")).unwrap();
    let path = format!("/images/{id}/data");
    let put = scene
        .ask(Method::PUT, &path, &[], Body::from(overlay))
        .await;
    assert_eq!(put.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let problem = json(put).await;
    assert_eq!(problem["type"], "/gaze/v1/problems/refused");
    assert!(
        problem["detail"].as_str().unwrap().contains("backing"),
        "{problem}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_of_anothers_private_image_are_not_there() {
    let scene = Scene::new().await;
    let image = scene
        .world
        .image_of(&scene.world.stranger, NewImage::named("x"))
        .await;
    for method in [Method::GET, Method::HEAD, Method::PUT] {
        let path = format!("/images/{}/data", image.id);
        let answer = scene.ask(method, &path, &[], Body::from(disk())).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }
}

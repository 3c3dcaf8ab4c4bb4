//! A whole service, seen through this face alone.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use gaze_app::NewStore;
use gaze_domain::{ByteCount, Store, StoreKind};
use gaze_face_glance::{Config, Other};
use gaze_http::{Metrics, observe};
use gaze_testkit::World;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

pub(crate) const PATCH: &str = "application/openstack-images-v2.1-json-patch";

/// The routes as a server has them.
pub(crate) fn router(world: &World) -> Router {
    router_of(world, Config::default())
}

/// A configuration in which other services are known.
pub(crate) fn knowing(others: &[&str]) -> Config {
    let others = others.iter().map(|text| Other::parse(text).unwrap());
    Config {
        others: others.collect(),
        ..Config::default()
    }
}

/// Another store, with less room than the world's own.
pub(crate) async fn store(world: &World, name: &str) -> Store {
    let new = NewStore {
        id: None,
        region: world.region.id,
        name: name.into(),
        description: None,
        kind: StoreKind::Fs,
        url: None,
        host: None,
        medium: None,
        capacity: Some(ByteCount(1 << 20)),
        zones: Vec::new(),
    };
    let made = world.app.create_store(&world.admin.caller, new);
    made.await.unwrap()
}

pub(crate) fn router_of(world: &World, config: Config) -> Router {
    let face = gaze_face_glance::router(world.app.clone(), config);
    let runtime = Arc::clone(&world.runtime);
    observe(face, "glance", runtime, Metrics::default())
}

/// A client of the face with a token.
pub(crate) struct Client {
    router: Router,
    token: String,
}

impl Client {
    pub(crate) fn new(world: &World, token: &str) -> Self {
        Self::of(router(world), token)
    }

    pub(crate) fn of(router: Router, token: &str) -> Self {
        let token = token.to_owned();
        Self { router, token }
    }

    pub(crate) async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Response<Body> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("X-Auth-Token", &self.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        json(self.ask("GET", path, &[], Body::empty()).await).await
    }

    /// Makes an image ready for bytes; its id.
    pub(crate) async fn create(&self, document: &Value) -> String {
        let answer = self
            .ask("POST", "/v2/images", &[], document.to_string())
            .await;
        let (status, body) = json(answer).await;
        assert_eq!(status, StatusCode::CREATED, "{body}");
        body["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn patch(&self, id: &str, changes: &Value) -> (StatusCode, Value) {
        let headers = [("Content-Type", PATCH)];
        let path = format!("/v2/images/{id}");
        json(
            self.ask("PATCH", &path, &headers, changes.to_string())
                .await,
        )
        .await
    }
}

/// The body as JSON; `Null` if it is none.
pub(crate) async fn json(answer: Response<Body>) -> (StatusCode, Value) {
    let status = answer.status();
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    (
        status,
        serde_json::from_slice(&bytes).unwrap_or(Value::Null),
    )
}

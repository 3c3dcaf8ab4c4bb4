//! A client that speaks to the face without a network.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) router: Router,
    pub(crate) session: String,
}

impl Client {
    /// The status and the body; a body that is no JSON is a string.
    pub(crate) async fn send(&self, method: &str, path: &str, body: &str) -> (StatusCode, Value) {
        self.send_with(method, path, &[], body).await
    }

    /// The same, with more headers.
    pub(crate) async fn send_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (StatusCode, Value) {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/zstack/v1{path}"))
            .header("Authorization", format!("OAuth {}", self.session));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        (status, body)
    }
}

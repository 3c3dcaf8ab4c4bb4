//! `GET /v3`: what clients read before they log in.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use crate::Face;
use crate::wire::version::{Body, Link, MediaType, Version};

/// The last version of the API's document: nothing was added since.
const VERSION: &str = "v3.14";
const UPDATED: &str = "2020-04-07T00:00:00Z";

pub(crate) async fn show_version(State(face): State<Face>, headers: HeaderMap) -> Response {
    Json(Body {
        version: version(&face.origin(&headers)),
    })
    .into_response()
}

/// The one version that is served.
pub(super) fn version(origin: &str) -> Version {
    let href = format!("{origin}/v3/");
    Version {
        id: VERSION,
        status: "stable",
        updated: UPDATED,
        links: vec![Link { rel: "self", href }],
        media_types: vec![MediaType {
            base: "application/json",
            kind: "application/vnd.openstack.identity-v3+json",
        }],
    }
}

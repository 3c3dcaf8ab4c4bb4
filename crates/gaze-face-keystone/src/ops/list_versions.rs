//! `GET /identity`: which versions there are, for clients that are told an address without one.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::show_version::version;
use crate::Face;
use crate::wire::version::{Values, Versions};

pub(crate) async fn list_versions(State(face): State<Face>, headers: HeaderMap) -> Response {
    let values = vec![version(&face.origin(&headers))];
    let body = Versions {
        versions: Values { values },
    };
    (StatusCode::MULTIPLE_CHOICES, Json(body)).into_response()
}

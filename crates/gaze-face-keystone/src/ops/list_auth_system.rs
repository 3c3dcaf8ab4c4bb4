//! `GET /v3/auth/system`: whether the caller may ask for a token for the whole service.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use gaze_http::RequestId;

use super::known;
use crate::Face;
use crate::errors::Failure;
use crate::wire::ListLinks;
use crate::wire::token::{System, Systems};

pub(crate) async fn list_auth_system(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    match answer(&face, request).await {
        Ok(systems) => Json(systems).into_response(),
        Err(failure) => failure.response(&id),
    }
}

async fn answer(face: &Face, request: Request) -> Result<Systems, Failure> {
    let (head, caller) = known(face, request).await?;
    let origin = face.origin(&head.headers);
    let whole = caller.is_admin().then_some(System { all: true });
    Ok(Systems {
        system: whole.into_iter().collect(),
        links: ListLinks::whole(format!("{origin}/v3/auth/system")),
    })
}

//! `GET /v3/auth/domains`: the domain of the caller. Huawei Cloud's SDKs take the first one's id.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use gaze_http::RequestId;

use super::known;
use crate::Face;
use crate::errors::Failure;
use crate::map::project::domain;
use crate::wire::ListLinks;
use crate::wire::domain::Domains;

pub(crate) async fn list_auth_domains(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    match answer(&face, request).await {
        Ok(domains) => Json(domains).into_response(),
        Err(failure) => failure.response(&id),
    }
}

async fn answer(face: &Face, request: Request) -> Result<Domains, Failure> {
    let (head, caller) = known(face, request).await?;
    let origin = face.origin(&head.headers);
    Ok(Domains {
        domains: vec![domain(&caller, &origin)],
        links: ListLinks::whole(format!("{origin}/v3/auth/domains")),
    })
}

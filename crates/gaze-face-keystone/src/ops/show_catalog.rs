//! `GET /v3/auth/catalog`: which services there are, and where.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use gaze_http::RequestId;

use super::known;
use crate::Face;
use crate::errors::Failure;
use crate::map::catalog::catalog;
use crate::wire::SelfLink;
use crate::wire::catalog::Catalog;

pub(crate) async fn show_catalog(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    match answer(&face, request).await {
        Ok(catalog) => Json(catalog).into_response(),
        Err(failure) => failure.response(&id),
    }
}

async fn answer(face: &Face, request: Request) -> Result<Catalog, Failure> {
    let (head, caller) = known(face, request).await?;
    let origin = face.origin(&head.headers);
    Ok(Catalog {
        catalog: catalog(&origin, &face.app.list_regions(&caller).await?),
        links: SelfLink {
            this: format!("{origin}/v3/auth/catalog"),
        },
    })
}

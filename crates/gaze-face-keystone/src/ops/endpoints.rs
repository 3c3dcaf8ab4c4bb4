//! `GET /v3/endpoints` and `GET /v3/endpoints/{endpoint_id}`.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use gaze_domain::Caller;
use gaze_http::RequestId;

use super::{known, link, pairs};
use crate::Face;
use crate::errors::{Failure, Refusal};
use crate::map::catalog::catalog;
use crate::map::registry::{endpoints, wants_endpoint};
use crate::wire::registry::{Endpoint, EndpointBody, Endpoints};

pub(crate) async fn list_endpoints(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    match list(&face, request).await {
        Ok(endpoints) => Json(endpoints).into_response(),
        Err(failure) => failure.response(&id),
    }
}

pub(crate) async fn show_endpoint(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    Path(endpoint): Path<String>,
    request: Request,
) -> Response {
    match show(&face, &endpoint, request).await {
        Ok(body) => Json(body).into_response(),
        Err(failure) => failure.response(&id),
    }
}

async fn list(face: &Face, request: Request) -> Result<Endpoints, Failure> {
    let (head, caller) = known(face, request).await?;
    let filters = pairs(&head.uri)?;
    let origin = face.origin(&head.headers);
    let mut endpoints = all(face, &caller, &origin).await?;
    endpoints.retain(|it| wants_endpoint(&filters, it));
    Ok(Endpoints {
        endpoints,
        links: link(&origin, "/v3/endpoints", &head.uri),
    })
}

async fn show(face: &Face, id: &str, request: Request) -> Result<EndpointBody, Failure> {
    let (head, caller) = known(face, request).await?;
    let endpoints = all(face, &caller, &face.origin(&head.headers)).await?;
    let found = endpoints.into_iter().find(|it| it.id == id);
    let endpoint = found.ok_or_else(|| Refusal::no_such("endpoint", id))?;
    Ok(EndpointBody { endpoint })
}

async fn all(face: &Face, caller: &Caller, origin: &str) -> Result<Vec<Endpoint>, Failure> {
    let regions = face.app.list_regions(caller).await?;
    Ok(endpoints(catalog(origin, &regions), origin))
}

//! `GET /v3/services` and `GET /v3/services/{service_id}`: a service's id is its type.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use gaze_http::RequestId;

use super::{known, link, pairs};
use crate::Face;
use crate::errors::{Failure, Refusal};
use crate::map::catalog::catalog;
use crate::map::registry::{service, wants_service};
use crate::wire::registry::{ServiceBody, Services};

pub(crate) async fn list_services(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    match list(&face, request).await {
        Ok(services) => Json(services).into_response(),
        Err(failure) => failure.response(&id),
    }
}

pub(crate) async fn show_service(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    Path(service): Path<String>,
    request: Request,
) -> Response {
    match show(&face, &service, request).await {
        Ok(body) => Json(body).into_response(),
        Err(failure) => failure.response(&id),
    }
}

async fn list(face: &Face, request: Request) -> Result<Services, Failure> {
    let (head, _caller) = known(face, request).await?;
    let filters = pairs(&head.uri)?;
    let origin = face.origin(&head.headers);
    let services = catalog(&origin, &[]);
    let mut services: Vec<_> = services.iter().map(|it| service(it, &origin)).collect();
    services.retain(|it| wants_service(&filters, it));
    Ok(Services {
        services,
        links: link(&origin, "/v3/services", &head.uri),
    })
}

async fn show(face: &Face, id: &str, request: Request) -> Result<ServiceBody, Failure> {
    let (head, _caller) = known(face, request).await?;
    let origin = face.origin(&head.headers);
    let services = catalog(&origin, &[]);
    let found = services.iter().find(|it| it.id == id);
    let found = found.ok_or_else(|| Refusal::no_such("service", id))?;
    Ok(ServiceBody {
        service: service(found, &origin),
    })
}

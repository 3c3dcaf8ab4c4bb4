//! `GET /v3/regions` and `GET /v3/regions/{region_id}`: a region's id is its name.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use gaze_domain::{Error, Noun};
use gaze_http::RequestId;

use super::{known, link, pairs};
use crate::Face;
use crate::errors::Failure;
use crate::map::registry::{region, wants_region};
use crate::wire::registry::{RegionBody, Regions};

pub(crate) async fn list_regions(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    match list(&face, request).await {
        Ok(regions) => Json(regions).into_response(),
        Err(failure) => failure.response(&id),
    }
}

pub(crate) async fn show_region(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    match show(&face, &name, request).await {
        Ok(body) => Json(body).into_response(),
        Err(failure) => failure.response(&id),
    }
}

async fn list(face: &Face, request: Request) -> Result<Regions, Failure> {
    let (head, caller) = known(face, request).await?;
    let filters = pairs(&head.uri)?;
    let origin = face.origin(&head.headers);
    let regions = face.app.list_regions(&caller).await?;
    let mut regions: Vec<_> = regions.iter().map(|it| region(it, &origin)).collect();
    regions.retain(|it| wants_region(&filters, it));
    Ok(Regions {
        regions,
        links: link(&origin, "/v3/regions", &head.uri),
    })
}

async fn show(face: &Face, name: &str, request: Request) -> Result<RegionBody, Failure> {
    let (head, caller) = known(face, request).await?;
    let regions = face.app.list_regions(&caller).await?;
    let found = regions.iter().find(|it| it.name == name);
    let found = found.ok_or_else(|| Error::not_found(Noun::Region, name))?;
    Ok(RegionBody {
        region: region(found, &face.origin(&head.headers)),
    })
}

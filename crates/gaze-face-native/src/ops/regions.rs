//! Regions.

use axum::extract::State;
use axum::http::StatusCode;
use gaze_domain::RegionId;

use super::{Answer, Done, Made, list, made};
use crate::Face;
use crate::auth::Known;
use crate::body::Document;
use crate::path::At;
use crate::wire::page::List;
use crate::wire::place;

/// All regions.
#[utoipa::path(get, path = "/gaze/v1/regions", tag = "regions",
    responses((status = 200, body = List<place::Region>)))]
pub(crate) async fn list_regions(
    State(face): State<Face>,
    Known(caller): Known,
) -> Answer<List<place::Region>> {
    Ok(list(face.app.list_regions(&caller).await?))
}

/// Makes a region.
#[utoipa::path(post, path = "/gaze/v1/regions", tag = "regions",
    request_body = place::NewRegion,
    responses((status = 201, body = place::Region)))]
pub(crate) async fn create_region(
    State(face): State<Face>,
    Known(caller): Known,
    Document(new): Document<place::NewRegion>,
) -> Made<place::Region> {
    Ok(made(
        face.app.create_region(&caller, new.into()).await?.into(),
    ))
}

/// Deletes a region that nothing uses.
#[utoipa::path(delete, path = "/gaze/v1/regions/{id}", tag = "regions",
    params(("id" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn delete_region(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<RegionId>,
) -> Done {
    face.app.delete_region(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

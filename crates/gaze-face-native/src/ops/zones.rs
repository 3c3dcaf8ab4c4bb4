//! Zones.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use gaze_domain::{RegionId, ZoneId};

use super::{Answer, Done, Made, list, made};
use crate::Face;
use crate::auth::Known;
use crate::body::Document;
use crate::map::list::id;
use crate::path::At;
use crate::query::Parameters;
use crate::wire::page::List;
use crate::wire::place;

/// All zones, or those of a region.
#[utoipa::path(get, path = "/gaze/v1/zones", tag = "zones",
    params(("region" = Option<String>, Query, description = "Id of the region")),
    responses((status = 200, body = List<place::Zone>)))]
pub(crate) async fn list_zones(
    State(face): State<Face>,
    Known(caller): Known,
    mut query: Parameters,
) -> Answer<List<place::Zone>> {
    let region = query.parsed("region", id(RegionId::parse))?;
    query.finish()?;
    Ok(list(face.app.list_zones(&caller, region).await?))
}

/// Makes a zone.
#[utoipa::path(post, path = "/gaze/v1/zones", tag = "zones",
    request_body = place::NewZone,
    responses((status = 201, body = place::Zone)))]
pub(crate) async fn create_zone(
    State(face): State<Face>,
    Known(caller): Known,
    Document(new): Document<place::NewZone>,
) -> Made<place::Zone> {
    Ok(made(
        face.app.create_zone(&caller, new.into()).await?.into(),
    ))
}

/// One zone.
#[utoipa::path(get, path = "/gaze/v1/zones/{id}", tag = "zones",
    params(("id" = String, Path)),
    responses((status = 200, body = place::Zone)))]
pub(crate) async fn get_zone(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<ZoneId>,
) -> Answer<place::Zone> {
    Ok(Json(face.app.get_zone(&caller, id).await?.into()))
}

/// Changes a zone's name, its description, or whether it is enabled.
#[utoipa::path(patch, path = "/gaze/v1/zones/{id}", tag = "zones",
    params(("id" = String, Path)),
    request_body = place::ZonePatch,
    responses((status = 200, body = place::Zone)))]
pub(crate) async fn update_zone(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<ZoneId>,
    Document(patch): Document<place::ZonePatch>,
) -> Answer<place::Zone> {
    let zone = face.app.update_zone(&caller, id, patch.into()).await?;
    Ok(Json(zone.into()))
}

/// Deletes a zone that nothing uses.
#[utoipa::path(delete, path = "/gaze/v1/zones/{id}", tag = "zones",
    params(("id" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn delete_zone(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<ZoneId>,
) -> Done {
    face.app.delete_zone(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! Disks of virtual machines.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use gaze_domain::VolumeId;

use super::{Answer, Done, Made, list, made};
use crate::Face;
use crate::auth::Known;
use crate::body::Document;
use crate::path::At;
use crate::wire::machine;
use crate::wire::page::List;

/// Volumes.
#[utoipa::path(get, path = "/gaze/v1/volumes", tag = "volumes",
    responses((status = 200, body = List<machine::Volume>)))]
pub(crate) async fn list_volumes(
    State(face): State<Face>,
    Known(caller): Known,
) -> Answer<List<machine::Volume>> {
    Ok(list(face.app.list_volumes(&caller).await?))
}

/// Registers a volume, whose file stays where it is.
#[utoipa::path(post, path = "/gaze/v1/volumes", tag = "volumes",
    request_body = machine::NewVolume,
    responses((status = 201, body = machine::Volume)))]
pub(crate) async fn add_volume(
    State(face): State<Face>,
    Known(caller): Known,
    Document(new): Document<machine::NewVolume>,
) -> Made<machine::Volume> {
    Ok(made(face.app.add_volume(&caller, new.into()).await?.into()))
}

/// One volume.
#[utoipa::path(get, path = "/gaze/v1/volumes/{id}", tag = "volumes",
    params(("id" = String, Path)),
    responses((status = 200, body = machine::Volume)))]
pub(crate) async fn get_volume(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<VolumeId>,
) -> Answer<machine::Volume> {
    Ok(Json(face.app.get_volume(&caller, id).await?.into()))
}

/// Forgets a volume; its file stays.
#[utoipa::path(delete, path = "/gaze/v1/volumes/{id}", tag = "volumes",
    params(("id" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn remove_volume(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<VolumeId>,
) -> Done {
    face.app.remove_volume(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

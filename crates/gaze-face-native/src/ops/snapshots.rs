//! Snapshots of volumes.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use gaze_domain::{SnapshotId, VolumeId};

use super::{Answer, Done, Made, list, made};
use crate::Face;
use crate::auth::Known;
use crate::body::Document;
use crate::path::At;
use crate::wire::machine;
use crate::wire::page::List;

/// Snapshots.
#[utoipa::path(get, path = "/gaze/v1/snapshots", tag = "volumes",
    responses((status = 200, body = List<machine::Snapshot>)))]
pub(crate) async fn list_snapshots(
    State(face): State<Face>,
    Known(caller): Known,
) -> Answer<List<machine::Snapshot>> {
    Ok(list(face.app.list_snapshots(&caller).await?))
}

/// Snapshots of one volume, the oldest first.
#[utoipa::path(get, path = "/gaze/v1/volumes/{id}/snapshots", tag = "volumes",
    params(("id" = String, Path)),
    responses((status = 200, body = List<machine::Snapshot>)))]
pub(crate) async fn list_volume_snapshots(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<VolumeId>,
) -> Answer<List<machine::Snapshot>> {
    Ok(list(face.app.list_volume_snapshots(&caller, id).await?))
}

/// Registers a file of the volume's backing chain, below the active one, as a snapshot. The
/// volume's machine may run; the file stays where it is.
#[utoipa::path(post, path = "/gaze/v1/volumes/{id}/snapshots", tag = "volumes",
    params(("id" = String, Path)),
    request_body = machine::NewSnapshot,
    responses((status = 201, body = machine::Snapshot)))]
pub(crate) async fn add_snapshot(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<VolumeId>,
    Document(new): Document<machine::NewSnapshot>,
) -> Made<machine::Snapshot> {
    let added = face.app.add_snapshot(&caller, id, new.into()).await?;
    Ok(made(added.into()))
}

/// One snapshot.
#[utoipa::path(get, path = "/gaze/v1/snapshots/{id}", tag = "volumes",
    params(("id" = String, Path)),
    responses((status = 200, body = machine::Snapshot)))]
pub(crate) async fn get_snapshot(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<SnapshotId>,
) -> Answer<machine::Snapshot> {
    Ok(Json(face.app.get_snapshot(&caller, id).await?.into()))
}

/// Forgets a snapshot; its file stays.
#[utoipa::path(delete, path = "/gaze/v1/snapshots/{id}", tag = "volumes",
    params(("id" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn remove_snapshot(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<SnapshotId>,
) -> Done {
    face.app.remove_snapshot(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

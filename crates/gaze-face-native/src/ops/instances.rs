//! Virtual machines.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use gaze_domain::InstanceId;

use super::{Answer, Done, Made, list, made};
use crate::Face;
use crate::auth::Known;
use crate::body::Document;
use crate::path::At;
use crate::wire::page::List;
use crate::wire::{image, machine};

/// Instances and what they were seen to do just now.
#[utoipa::path(get, path = "/gaze/v1/instances", tag = "instances",
    responses((status = 200, body = List<machine::Instance>)))]
pub(crate) async fn list_instances(
    State(face): State<Face>,
    Known(caller): Known,
) -> Answer<List<machine::Instance>> {
    Ok(list(face.app.list_instances(&caller).await?))
}

/// Registers an instance and its root disk, which stays where it is.
#[utoipa::path(post, path = "/gaze/v1/instances", tag = "instances",
    request_body = machine::NewInstance,
    responses((status = 201, body = machine::AddedInstance)))]
pub(crate) async fn add_instance(
    State(face): State<Face>,
    Known(caller): Known,
    Document(new): Document<machine::NewInstance>,
) -> Made<machine::AddedInstance> {
    let (seen, root_volume) = face.app.add_instance(&caller, new.into()).await?;
    Ok(made(machine::AddedInstance {
        instance: seen.into(),
        root_volume: root_volume.into(),
    }))
}

/// One instance and what it was seen to do just now.
#[utoipa::path(get, path = "/gaze/v1/instances/{id}", tag = "instances",
    params(("id" = String, Path)),
    responses((status = 200, body = machine::Instance)))]
pub(crate) async fn get_instance(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<InstanceId>,
) -> Answer<machine::Instance> {
    Ok(Json(face.app.get_instance(&caller, id).await?.into()))
}

/// Forgets an instance and its volumes; their files stay.
#[utoipa::path(delete, path = "/gaze/v1/instances/{id}", tag = "instances",
    params(("id" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn remove_instance(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<InstanceId>,
) -> Done {
    face.app.remove_instance(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The images that an instance can change to.
#[utoipa::path(get, path = "/gaze/v1/instances/{id}/candidates", tag = "instances",
    params(("id" = String, Path)),
    responses((status = 200, body = List<image::Image>)))]
pub(crate) async fn list_candidates(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<InstanceId>,
) -> Answer<List<image::Image>> {
    Ok(list(face.app.candidates(&caller, id).await?))
}

/// Gives a stopped instance a new root disk, made from another image, by a job. The old root volume
/// stays, detached.
#[utoipa::path(put, path = "/gaze/v1/instances/{id}/image", tag = "instances",
    params(("id" = String, Path)),
    request_body = machine::ImageChange,
    responses((status = 202, body = image::Started)))]
pub(crate) async fn change_instance_image(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<InstanceId>,
    Document(change): Document<machine::ImageChange>,
) -> Made<image::Started> {
    let started = face
        .app
        .change_instance_image(&caller, id, change.into())
        .await?;
    Ok((StatusCode::ACCEPTED, Json(started.into())))
}

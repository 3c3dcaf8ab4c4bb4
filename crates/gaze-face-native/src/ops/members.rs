//! The projects with which an image is shared.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use gaze_domain::{ImageId, MemberState, ProjectId};

use super::{Answer, Done, list};
use crate::Face;
use crate::auth::Known;
use crate::body::Document;
use crate::path::{At, Within};
use crate::wire::image;
use crate::wire::page::List;

/// The members of an image; a member sees itself alone.
#[utoipa::path(get, path = "/gaze/v1/images/{id}/members", tag = "members",
    params(("id" = String, Path)),
    responses((status = 200, body = List<image::Member>)))]
pub(crate) async fn list_members(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<ImageId>,
) -> Answer<List<image::Member>> {
    Ok(list(face.app.list_members(&caller, id).await?))
}

/// Shares an image with a project.
#[utoipa::path(put, path = "/gaze/v1/images/{id}/members/{project}", tag = "members",
    params(("id" = String, Path), ("project" = String, Path)),
    request_body = image::NewMember,
    responses((status = 200, body = image::Member)))]
pub(crate) async fn add_member(
    State(face): State<Face>,
    Known(caller): Known,
    Within(id, project): Within<ImageId, ProjectId>,
    Document(new): Document<image::NewMember>,
) -> Answer<image::Member> {
    let state = new.state.map_or(MemberState::Pending, |word| word.0);
    let member = face.app.add_member(&caller, id, project, state).await?;
    Ok(Json(member.into()))
}

/// No longer shares an image with a project.
#[utoipa::path(delete, path = "/gaze/v1/images/{id}/members/{project}", tag = "members",
    params(("id" = String, Path), ("project" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn remove_member(
    State(face): State<Face>,
    Known(caller): Known,
    Within(id, project): Within<ImageId, ProjectId>,
) -> Done {
    face.app.remove_member(&caller, id, project).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a member makes of the offer.
#[utoipa::path(put, path = "/gaze/v1/images/{id}/members/{project}/state", tag = "members",
    params(("id" = String, Path), ("project" = String, Path)),
    request_body = image::NewMemberState,
    responses((status = 200, body = image::Member)))]
pub(crate) async fn set_member_state(
    State(face): State<Face>,
    Known(caller): Known,
    Within(id, project): Within<ImageId, ProjectId>,
    Document(wanted): Document<image::NewMemberState>,
) -> Answer<image::Member> {
    let state = wanted.state.0;
    let member = face
        .app
        .set_member_state(&caller, id, project, state)
        .await?;
    Ok(Json(member.into()))
}

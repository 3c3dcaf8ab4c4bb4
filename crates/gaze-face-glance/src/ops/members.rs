//! With whom an image is shared.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use gaze_domain::{Error, Noun, ProjectId};
use serde_json::Value;

use super::{Answer, Done};
use crate::Face;
use crate::auth::Known;
use crate::body::Told;
use crate::errors::Refusal;
use crate::map::member::{member, state};
use crate::path::{At, Within};
use crate::wire::member::Members;

pub(crate) async fn list_members(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At,
) -> Answer {
    let members = face.app.list_members(&caller, id).await?;
    Ok(Json(Members {
        members: members.iter().map(member).collect(),
        schema: "/v2/schemas/members",
    })
    .into_response())
}

pub(crate) async fn show_member(
    State(face): State<Face>,
    Known(caller): Known,
    Within(id, text): Within,
) -> Answer {
    let who = project(&text)?;
    let members = face.app.list_members(&caller, id).await?;
    let found = members.iter().find(|one| one.project == who);
    let found = found.ok_or_else(|| Error::not_found(Noun::Member, text))?;
    Ok(Json(member(found)).into_response())
}

pub(crate) async fn add_member(
    State(face): State<Face>,
    At(id): At,
    Told(caller, document): Told,
) -> Answer {
    let text = word(&document, "member")?;
    let who = ProjectId::parse(text)
        .ok_or_else(|| Refusal::bad_request(&format!("{text:?} is not the id of a project.")))?;
    let made = face.app.share_image(&caller, id, who).await?;
    Ok(Json(member(&made)).into_response())
}

pub(crate) async fn update_member(
    State(face): State<Face>,
    Within(id, text): Within,
    Told(caller, document): Told,
) -> Answer {
    let who = project(&text)?;
    let status = word(&document, "status")?;
    let state = state(status).ok_or_else(|| {
        Refusal::bad_request(&format!(
            "Invalid status: {status}. It must be one of pending, accepted, rejected."
        ))
    })?;
    let changed = face.app.set_member_state(&caller, id, who, state).await?;
    Ok(Json(member(&changed)).into_response())
}

pub(crate) async fn remove_member(
    State(face): State<Face>,
    Known(caller): Known,
    Within(id, text): Within,
) -> Done {
    let who = project(&text)?;
    face.app.remove_member(&caller, id, who).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A member that no project can be is none.
fn project(text: &str) -> Result<ProjectId, Error> {
    ProjectId::parse(text).ok_or_else(|| Error::not_found(Noun::Member, text))
}

fn word<'d>(document: &'d Value, name: &str) -> Result<&'d str, Refusal> {
    match document.get(name) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(Refusal::bad_request(&format!("'{name}' is not text."))),
        None if document.is_object() => Err(Refusal::bad_request(&format!(
            "Expected a member '{name}' in the body of the request."
        ))),
        None => Err(Refusal::bad_request(
            "The body of the request is not an object.",
        )),
    }
}

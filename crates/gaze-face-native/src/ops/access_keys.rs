//! Access keys: pairs of a public name and a secret that sign requests.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use gaze_domain::{AccessKeyId, UserId};

use super::{Answer, Done, Made, made};
use crate::Face;
use crate::auth::Known;
use crate::body::Document;
use crate::map::identity::{access_key, new_access_key};
use crate::map::list::id as parsed_id;
use crate::path::At;
use crate::query::Parameters;
use crate::wire::identity;
use crate::wire::page::List;

/// Access keys without their secrets.
#[utoipa::path(get, path = "/gaze/v1/access-keys", tag = "access keys",
    params(("user" = Option<String>, Query, description = "Id of the user")),
    responses((status = 200, body = List<identity::AccessKey>)))]
pub(crate) async fn list_access_keys(
    State(face): State<Face>,
    Known(caller): Known,
    mut query: Parameters,
) -> Answer<List<identity::AccessKey>> {
    let user = query.parsed("user", parsed_id(UserId::parse))?;
    query.finish()?;
    let keys = face.app.list_access_keys(&caller, user).await?;
    let items = keys.into_iter().map(access_key).collect();
    Ok(Json(List { items }))
}

/// Makes an access key; its secret is told in this answer only.
#[utoipa::path(post, path = "/gaze/v1/access-keys", tag = "access keys",
    request_body = identity::NewAccessKey,
    responses((status = 201, body = identity::AccessKey)))]
pub(crate) async fn create_access_key(
    State(face): State<Face>,
    Known(caller): Known,
    Document(new): Document<identity::NewAccessKey>,
) -> Made<identity::AccessKey> {
    let key = face.app.create_access_key(&caller, new.into()).await?;
    Ok(made(new_access_key(key)))
}

/// Switches an access key on or off.
#[utoipa::path(put, path = "/gaze/v1/access-keys/{id}/state", tag = "access keys",
    params(("id" = String, Path)),
    request_body = identity::Enabled,
    responses((status = 200, body = identity::AccessKey)))]
pub(crate) async fn change_access_key_state(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<AccessKeyId>,
    Document(wanted): Document<identity::Enabled>,
) -> Answer<identity::AccessKey> {
    let enabled = wanted.enabled;
    let key = face
        .app
        .set_access_key_enabled(&caller, id, enabled)
        .await?;
    Ok(Json(access_key(key)))
}

/// Deletes an access key.
#[utoipa::path(delete, path = "/gaze/v1/access-keys/{id}", tag = "access keys",
    params(("id" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn delete_access_key(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<AccessKeyId>,
) -> Done {
    face.app.delete_access_key(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

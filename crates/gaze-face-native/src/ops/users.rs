//! Users.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use gaze_domain::UserId;

use super::{Answer, Done, Made, list, made};
use crate::Face;
use crate::auth::Known;
use crate::body::Document;
use crate::path::At;
use crate::wire::identity;
use crate::wire::page::List;

/// All users for an administrator, else those of one's own project.
#[utoipa::path(get, path = "/gaze/v1/users", tag = "users",
    responses((status = 200, body = List<identity::User>)))]
pub(crate) async fn list_users(
    State(face): State<Face>,
    Known(caller): Known,
) -> Answer<List<identity::User>> {
    Ok(list(face.app.list_users(&caller).await?))
}

/// Makes a user of a project.
#[utoipa::path(post, path = "/gaze/v1/users", tag = "users",
    request_body = identity::NewUser,
    responses((status = 201, body = identity::CreatedUser)))]
pub(crate) async fn create_user(
    State(face): State<Face>,
    Known(caller): Known,
    Document(new): Document<identity::NewUser>,
) -> Made<identity::CreatedUser> {
    let (user, password) = face.app.create_user(&caller, new.into()).await?;
    Ok(made(identity::CreatedUser {
        user: user.into(),
        password,
    }))
}

/// Gives a user a new password.
#[utoipa::path(put, path = "/gaze/v1/users/{id}/password", tag = "users",
    params(("id" = String, Path)),
    request_body = identity::NewPassword,
    responses((status = 200, body = identity::Password)))]
pub(crate) async fn set_password(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<UserId>,
    Document(new): Document<identity::NewPassword>,
) -> Answer<identity::Password> {
    let password = face.app.set_password(&caller, id, new.password).await?;
    Ok(Json(identity::Password { password }))
}

/// Deletes a user, its tokens and access keys.
#[utoipa::path(delete, path = "/gaze/v1/users/{id}", tag = "users",
    params(("id" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn delete_user(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<UserId>,
) -> Done {
    face.app.delete_user(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! `GET /v3/users` and `GET /v3/users/{user_id}`: everybody for an administrator, else the users of
//! one's own project.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use gaze_domain::{DomainId, Error, Noun, User};
use gaze_http::RequestId;

use super::{known, pairs};
use crate::Face;
use crate::errors::Failure;
use crate::map::user::shown;
use crate::wire::ListLinks;
use crate::wire::user::{Body, Users};

pub(crate) async fn list_users(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    match list(&face, request).await {
        Ok(users) => Json(users).into_response(),
        Err(failure) => failure.response(&id),
    }
}

pub(crate) async fn show_user(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    Path(user): Path<String>,
    request: Request,
) -> Response {
    match show(&face, &user, request).await {
        Ok(body) => Json(body).into_response(),
        Err(failure) => failure.response(&id),
    }
}

async fn list(face: &Face, request: Request) -> Result<Users, Failure> {
    let (head, caller) = known(face, request).await?;
    let filters = pairs(&head.uri)?;
    let fits = |user: &User| {
        filters.iter().all(|(name, value)| match name.as_str() {
            "name" => *value == user.name,
            "domain_id" => DomainId::parse(value) == Some(user.domain),
            _ => true,
        })
    };
    let origin = face.origin(&head.headers);
    let mut users = face.app.list_users(&caller).await?;
    users.retain(fits);
    Ok(Users {
        users: users.iter().map(|it| shown(it, &origin)).collect(),
        links: ListLinks::whole(format!("{origin}/v3/users")),
    })
}

async fn show(face: &Face, id: &str, request: Request) -> Result<Body, Failure> {
    let (head, caller) = known(face, request).await?;
    let users = face.app.list_users(&caller).await?;
    let found = users.iter().find(|user| user.id.hex() == id);
    let found = found.ok_or_else(|| Error::not_found(Noun::User, id))?;
    Ok(Body {
        user: shown(found, &face.origin(&head.headers)),
    })
}

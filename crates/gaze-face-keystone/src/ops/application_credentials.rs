//! `GET /v3/users/{user_id}/application_credentials` and
//! `GET /v3/users/{user_id}/application_credentials/{application_credential_id}`.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use gaze_domain::{Noun, UserId};
use gaze_http::RequestId;

use super::{at, known, link, pairs};
use crate::Face;
use crate::errors::Failure;
use crate::map::application_credential::shown;
use crate::wire::application_credential::{Body, List};

pub(crate) async fn list_application_credentials(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    match list(&face, path, request).await {
        Ok(list) => Json(list).into_response(),
        Err(failure) => failure.response(&id),
    }
}

pub(crate) async fn show_application_credential(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Response {
    match show(&face, path, request).await {
        Ok(body) => Json(body).into_response(),
        Err(failure) => failure.response(&id),
    }
}

async fn list(
    face: &Face,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<List, Failure> {
    let (head, caller) = known(face, request).await?;
    let user: UserId = at(path, Noun::User)?.parse()?;
    let filters = pairs(&head.uri)?;
    let mut found = face.app.list_application_credentials(&caller, user).await?;
    let names = filters.iter().filter(|(key, _)| key == "name");
    found.retain(|one| names.clone().all(|(_, name)| *name == one.name));
    let origin = face.origin(&head.headers);
    Ok(List {
        application_credentials: found.iter().map(|it| shown(it, None, &origin)).collect(),
        links: link(
            &origin,
            &format!("/v3/users/{user}/application_credentials"),
            &head.uri,
        ),
    })
}

async fn show(
    face: &Face,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Result<Body, Failure> {
    let (head, caller) = known(face, request).await?;
    let (user, id) = at(path, Noun::User)?;
    let (user, id) = (user.parse()?, id.parse()?);
    let found = face.app.get_application_credential(&caller, user, id);
    Ok(Body {
        application_credential: shown(&found.await?, None, &face.origin(&head.headers)),
    })
}

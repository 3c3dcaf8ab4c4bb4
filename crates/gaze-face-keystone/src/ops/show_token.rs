//! `GET` and `HEAD /v3/auth/tokens`: whether the token in `X-Subject-Token` is good, and whose.
//!
//! Whoever holds a token may act with it, so whoever names it may read what it says.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use gaze_domain::Error;
use gaze_domain::access::AuthFailure;
use gaze_http::RequestId;

use super::{known, pairs};
use crate::errors::{Failure, Refusal};
use crate::map::catalog::catalog;
use crate::map::token::{methods, token};
use crate::wire::token::Body;
use crate::{Face, auth};

const NO_CATALOG: &str = "nocatalog";

pub(crate) async fn show_token(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    match answer(&face, request).await {
        Ok(response) => response,
        Err(failure) => failure.response(&id),
    }
}

async fn answer(face: &Face, request: Request) -> Result<Response, Failure> {
    let (head, _asker) = known(face, request).await?;
    let subject = auth::subject(&head.headers)?;
    let holder = match face.app.token_holder(subject).await {
        Ok(holder) => holder,
        Err(Error::Unauthenticated(AuthFailure::InvalidToken | AuthFailure::Disabled)) => {
            return Err(Refusal::no_such_token().into());
        }
        Err(error) => return Err(error.into()),
    };
    let used = holder.token.as_ref().ok_or(AuthFailure::InvalidToken)?;
    let services = if pairs(&head.uri)?.iter().any(|(name, _)| name == NO_CATALOG) {
        Vec::new()
    } else {
        catalog(
            &face.origin(&head.headers),
            &face.app.list_regions(&holder).await?,
        )
    };
    let credential = face.app.credential_behind(&holder).await?;
    let methods = methods(used.kind);
    let body = Body {
        token: token(&holder, used, methods, credential.as_ref(), services),
    };
    let subject = [("x-subject-token", subject)];
    Ok((subject, Json(body)).into_response())
}

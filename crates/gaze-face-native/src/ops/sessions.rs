//! Logging in and out.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use gaze_app::{DomainName, Login, ScopeWish, Secret, UserName};
use gaze_domain::access::{AuthFailure, TokenKind};
use gaze_http::Peer;

use super::{Answer, Done};
use crate::Face;
use crate::auth::{Bearer, Known};
use crate::body::Document;
use crate::wire::session;

/// Gives a token for a name and a password.
#[utoipa::path(post, path = "/gaze/v1/login", tag = "sessions",
    request_body = session::Login,
    responses((status = 200, body = session::Issued)))]
pub(crate) async fn log_in(
    State(face): State<Face>,
    peer: Option<Extension<Peer>>,
    Document(login): Document<session::Login>,
) -> Answer<session::Issued> {
    let login = Login {
        user: UserName::Name {
            name: login.user,
            domain: login.domain.map(DomainName::Name),
        },
        secret: Secret::Clear(login.password),
        kind: TokenKind::Login,
        scope: ScopeWish::Default,
    };
    let from = peer.map(|Extension(peer)| peer.0.ip());
    Ok(Json(face.app.login_from(from, login).await?.into()))
}

/// Ends the token that the request carries.
#[utoipa::path(delete, path = "/gaze/v1/session", tag = "sessions",
    responses((status = 204)))]
pub(crate) async fn log_out(State(face): State<Face>, Bearer(token): Bearer) -> Done {
    if face.app.revoke_token(&token).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(AuthFailure::InvalidToken.into())
    }
}

/// Who the request comes from.
#[utoipa::path(get, path = "/gaze/v1/whoami", tag = "sessions",
    responses((status = 200, body = session::Caller)))]
pub(crate) async fn who_am_i(Known(caller): Known) -> Answer<session::Caller> {
    Ok(Json(caller.into()))
}

//! `POST /v3/auth/tokens`: from a password, another token or an application credential to a token.
//!
//! Sources: Identity API v3, "password authentication" and "application credentials"; IAM API
//! reference, "obtaining a user token".

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use gaze_app::{Issued, Login, ScopeWish};
use gaze_domain::Error;
use gaze_domain::access::AuthFailure;
use gaze_http::{Peer, RequestId, read_body};

use super::{MAX_BODY, pairs};
use crate::Face;
use crate::errors::{Failure, Refusal};
use crate::map::catalog::catalog;
use crate::map::login::Wish;
use crate::map::token::token;
use crate::wire::token::Body;

const X_SUBJECT_TOKEN: HeaderName = HeaderName::from_static("x-subject-token");
/// Empties the catalogue of the answer, for clients that know where everything is (IAM).
const NO_CATALOG: &str = "nocatalog";

pub(crate) async fn create_token(
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
    let (head, body) = request.into_parts();
    let body = read_body(body, MAX_BODY).await?;
    let body =
        serde_json::from_slice(&body).map_err(|error| Refusal::bad_body(&error.to_string()))?;
    let peer = head.extensions.get::<Peer>().map(|peer| peer.0.ip());
    let (issued, method) = match Wish::parse(body)? {
        Wish::Password(login) => (log_in(face, peer, login).await?, "password"),
        Wish::Token { id, scope } => (exchange(face, &id, scope).await?, "token"),
        Wish::Application(login) => (
            face.app.login_application(peer, login).await?,
            "application_credential",
        ),
    };
    describe(face, &issued, method, &head.headers, &head.uri).await
}

async fn log_in(face: &Face, from: Option<IpAddr>, login: Login) -> Result<Issued, Failure> {
    let own = own_project(face, &login.scope).await?;
    match (face.app.login_from(from, login.clone()).await, own) {
        (Err(Error::Unauthenticated(AuthFailure::WrongPassword)), Some(scope)) => {
            Ok(face.app.login_from(from, Login { scope, ..login }).await?)
        }
        (outcome, _) => Ok(outcome?),
    }
}

async fn exchange(face: &Face, old: &str, scope: ScopeWish) -> Result<Issued, Failure> {
    let own = own_project(face, &scope).await?;
    match (face.app.exchange_token(old, scope).await, own) {
        (Err(Error::Unauthenticated(AuthFailure::WrongPassword)), Some(scope)) => {
            Ok(face.app.exchange_token(old, scope).await?)
        }
        (outcome, _) => Ok(outcome?),
    }
}

/// What to ask for if there is no project of the wanted name.
///
/// Huawei Cloud gives every account one project a region, called like the region, and its clients
/// ask for that. Here the user's own project stands for it.
async fn own_project(face: &Face, scope: &ScopeWish) -> Result<Option<ScopeWish>, Failure> {
    let ScopeWish::Project {
        id: None,
        name: Some(name),
        ..
    } = scope
    else {
        return Ok(None);
    };
    let region = face.app.find_region(name).await?;
    Ok(region.map(|_region| ScopeWish::Default))
}

async fn describe(
    face: &Face,
    issued: &Issued,
    method: &'static str,
    headers: &HeaderMap,
    uri: &Uri,
) -> Result<Response, Failure> {
    let caller = &issued.caller;
    let used = caller.token.as_ref().ok_or(AuthFailure::InvalidToken)?;
    let services = if pairs(uri)?.iter().any(|(name, _)| name == NO_CATALOG) {
        Vec::new()
    } else {
        catalog(&face.origin(headers), &face.app.list_regions(caller).await?)
    };
    let credential = face.app.credential_behind(caller).await?;
    let body = Body {
        token: token(caller, used, vec![method], credential.as_ref(), services),
    };
    let headers = [
        (X_SUBJECT_TOKEN, issued.token.as_str()),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((StatusCode::CREATED, headers, Json(body)).into_response())
}

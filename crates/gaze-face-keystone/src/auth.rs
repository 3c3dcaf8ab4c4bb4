//! Credentials of a request: a token, or a signature made with an access key.
//!
//! Huawei Cloud's SDKs sign their look-ups of projects and domains with `SDK-HMAC-SHA256`, before
//! they have any id to name. If a token is sent as well, the token counts.

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use gaze_app::App;
use gaze_domain::Caller;
use gaze_domain::access::AuthFailure;
use gaze_http::signature::sdk_hmac;

use crate::errors::{Failure, Refusal};

const X_AUTH_TOKEN: HeaderName = HeaderName::from_static("x-auth-token");
const X_SUBJECT_TOKEN: HeaderName = HeaderName::from_static("x-subject-token");

/// Who asks. `body` is the request's whole body, which a signature covers.
pub(crate) async fn caller(app: &App, request: &Parts, body: &[u8]) -> Result<Caller, Failure> {
    match text(&request.headers, &X_AUTH_TOKEN) {
        Some(token) => Ok(app.authenticate_token(token).await?),
        None => signer(app, request, body).await,
    }
}

async fn signer(app: &App, request: &Parts, body: &[u8]) -> Result<Caller, Failure> {
    let authorization = sdk_hmac::parse(&request.headers)
        .map_err(AuthFailure::from)?
        .ok_or(AuthFailure::Missing)?;
    let signer = app.signer(&authorization.access).await?;
    let hash = sdk_hmac::body_hash(body);
    sdk_hmac::verify(
        &authorization,
        &signer.secret,
        &request.method,
        &request.uri,
        &request.headers,
        sdk_hmac::BodyHash::Known(&hash),
        app.now(),
    )
    .map_err(AuthFailure::from)?;
    Ok(signer.admitted()?)
}

/// The token that an operation on tokens is about.
pub(crate) fn subject(headers: &HeaderMap) -> Result<&str, Refusal> {
    text(headers, &X_SUBJECT_TOKEN).ok_or_else(|| Refusal::missing_header("X-Subject-Token"))
}

/// The header's text; `None` if it is absent or empty. What is not text names no token.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let value = headers.get(name)?;
    Some(value.to_str().unwrap_or("?").trim()).filter(|text| !text.is_empty())
}

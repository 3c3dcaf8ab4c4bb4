//! Credentials of a request: `X-Auth-Token`, or a signature made with an access key, with which
//! Huawei Cloud's clients make these same calls.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use gaze_domain::access::{AuthFailure, TokenScope};
use gaze_domain::{Caller, Error, Noun};
use gaze_http::signature::sdk_hmac::{self, BodyHash};

use crate::Face;
use crate::errors::Refusal;

/// The header that holds a token.
pub(crate) const TOKEN: &str = "x-auth-token";
pub(crate) const X_AUTH_TOKEN: HeaderName = HeaderName::from_static(TOKEN);

/// Whoever valid credentials stand for; the request is refused without them.
#[derive(Debug)]
pub(crate) struct Known(pub(crate) Caller);

impl FromRequestParts<Face> for Known {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, face: &Face) -> Result<Self, Refusal> {
        let bare = !parts.headers.contains_key(header::TRANSFER_ENCODING)
            && parts
                .headers
                .get(header::CONTENT_LENGTH)
                .is_none_or(|length| length == "0");
        let caller = caller(face, parts, bare.then_some(&[])).await?;
        Ok(Self(caller))
    }
}

/// Who asks. `body` is the request's whole body, which a signature covers; `None` if it is not
/// read yet: a signature must then say that it does not cover the body, as Huawei Cloud's SDKs do
/// for whatever is not plain JSON.
pub(crate) async fn caller(
    face: &Face,
    parts: &Parts,
    body: Option<&[u8]>,
) -> Result<Caller, Refusal> {
    let caller = match token(&parts.headers) {
        Some(token) => face.app.authenticate_token(token).await?,
        None => signer(face, parts, body).await?,
    };
    // A token without scope opens no service.
    let scope = caller.token.as_ref().map(|token| token.scope);
    if scope == Some(TokenScope::Unscoped) {
        return Err(Error::forbidden("use images without a project", Noun::Token, "").into());
    }
    Ok(caller)
}

/// The header's text; `None` if it is absent or empty. What is not text names no token.
pub(crate) fn token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(X_AUTH_TOKEN)?;
    Some(value.to_str().unwrap_or("?").trim()).filter(|text| !text.is_empty())
}

async fn signer(face: &Face, parts: &Parts, body: Option<&[u8]>) -> Result<Caller, Refusal> {
    let authorization = sdk_hmac::parse(&parts.headers)
        .map_err(AuthFailure::from)?
        .ok_or(AuthFailure::Missing)?;
    let signer = face.app.signer(&authorization.access).await?;
    let unsigned = parts
        .headers
        .get(sdk_hmac::X_SDK_CONTENT_SHA256)
        .is_some_and(|value| value == sdk_hmac::UNSIGNED_PAYLOAD);
    let hash = body.map(sdk_hmac::body_hash);
    let body = match (&hash, unsigned) {
        (Some(hash), _) => BodyHash::Known(hash),
        (None, true) => BodyHash::Unread,
        (None, false) => return Err(AuthFailure::WrongSignature.into()),
    };
    sdk_hmac::verify(
        &authorization,
        &signer.secret,
        &parts.method,
        &parts.uri,
        &parts.headers,
        body,
        face.app.now(),
    )
    .map_err(AuthFailure::from)?;
    Ok(signer.admitted()?)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn an_empty_token_is_none() {
        for (value, expected) in [
            (None, None),
            (Some(&b""[..]), None),
            (Some(b"  "), None),
            (Some(b" abc "), Some("abc")),
            (Some(b"\xff"), Some("?")),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(value) = value {
                headers.insert(X_AUTH_TOKEN, HeaderValue::from_bytes(value).unwrap());
            }
            assert_eq!(token(&headers), expected);
        }
    }
}

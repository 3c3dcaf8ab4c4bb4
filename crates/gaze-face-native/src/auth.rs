//! `Authorization: Bearer <token>` → [`Caller`].

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use gaze_domain::Caller;
use gaze_domain::access::AuthFailure;

use crate::Face;
use crate::errors::Refusal;

/// Whoever a valid token stands for; the request is refused without one.
#[derive(Debug)]
pub(crate) struct Known(pub(crate) Caller);

impl FromRequestParts<Face> for Known {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, face: &Face) -> Result<Self, Refusal> {
        let Bearer(token) = bearer(&parts.headers)?;
        Ok(Self(face.app.authenticate_token(&token).await?))
    }
}

/// A token that nobody has looked at yet.
pub(crate) struct Bearer(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Bearer {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        Ok(bearer(&parts.headers)?)
    }
}

fn bearer(headers: &HeaderMap) -> Result<Bearer, AuthFailure> {
    let malformed = |reason: &str| AuthFailure::Malformed(reason.to_owned());
    let value = headers
        .get(header::AUTHORIZATION)
        .ok_or(AuthFailure::Missing)?;
    let text = value
        .to_str()
        .map_err(|_not_ascii| malformed("the Authorization header is not text"))?;
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
        return Err(malformed("Authorization takes `Bearer <token>`"));
    }
    Ok(Bearer(token.to_owned()))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn check(value: Option<&'static str>, expected: Result<&str, &str>) {
        let mut headers = HeaderMap::new();
        if let Some(value) = value {
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value));
        }
        match bearer(&headers) {
            Ok(Bearer(token)) => assert_eq!(Ok(token.as_str()), expected),
            Err(failure) => assert_eq!(Err(failure.to_string().as_str()), expected),
        }
    }

    #[test]
    fn only_bearer_tokens_are_taken() {
        let refused = "the credentials are malformed: Authorization takes `Bearer <token>`";
        check(Some("Bearer abc"), Ok("abc"));
        check(Some("bearer  abc"), Ok("abc"));
        check(Some("Basic YTpi"), Err(refused));
        check(Some("Bearer"), Err(refused));
        check(Some("Bearer "), Err(refused));
        check(None, Err("no credentials were given"));
    }
}

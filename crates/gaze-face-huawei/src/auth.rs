//! Credentials of a request: a token, or a signature made with an access key.
//!
//! The vendor documents both for every call: `X-Auth-Token`, or `SDK-HMAC-SHA256` without any
//! token. A token of whatever kind is taken. If both are sent, the token counts.

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use gaze_app::App;
use gaze_domain::access::AuthFailure;
use gaze_domain::{Caller, DomainId, ProjectId};
use gaze_http::signature::{SignatureError, sdk_hmac};

use crate::errors::{Failure, Refusal};

const X_AUTH_TOKEN: HeaderName = HeaderName::from_static("x-auth-token");
const X_PROJECT_ID: HeaderName = HeaderName::from_static("x-project-id");
const X_DOMAIN_ID: HeaderName = HeaderName::from_static("x-domain-id");

/// Who asks. `body` is the request's whole body, which a signature covers.
pub(crate) async fn caller(app: &App, request: &Parts, body: &[u8]) -> Result<Caller, Failure> {
    let caller = match text(&request.headers, &X_AUTH_TOKEN) {
        Some(token) => app.authenticate_token(token).await?,
        None => signer(app, request, body).await?,
    };
    if speaks_for(&caller, &request.headers) {
        Ok(caller)
    } else {
        Err(Refusal::another_tenant().into())
    }
}

async fn signer(app: &App, request: &Parts, body: &[u8]) -> Result<Caller, Failure> {
    let authorization = sdk_hmac::parse(&request.headers)
        .map_err(AuthFailure::from)?
        .ok_or(AuthFailure::Missing)?;
    let signer = app.signer(&authorization.access).await?;
    let now = app.now();
    let hash = sdk_hmac::body_hash(body);
    match sdk_hmac::verify(
        &authorization,
        &signer.secret,
        &request.method,
        &request.uri,
        &request.headers,
        sdk_hmac::BodyHash::Known(&hash),
        now,
    ) {
        Ok(()) => Ok(signer.admitted()?),
        Err(SignatureError::Skewed) => {
            let signed = text(&request.headers, &sdk_hmac::X_SDK_DATE).unwrap_or_default();
            Err(Refusal::expired(signed, now).into())
        }
        Err(error) => Err(AuthFailure::from(error).into()),
    }
}

/// Whether the project and the domain that the request names, if it names any, are the caller's.
/// Clients add these headers after signing, so they give no authority.
fn speaks_for(caller: &Caller, headers: &HeaderMap) -> bool {
    let project =
        text(headers, &X_PROJECT_ID).is_none_or(|id| ProjectId::parse(id) == Some(caller.project));
    let domain =
        text(headers, &X_DOMAIN_ID).is_none_or(|id| DomainId::parse(id) == Some(caller.domain));
    project && domain
}

/// The header's text; `None` if it is absent or empty. What is not text names no token.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let value = headers.get(name)?;
    Some(value.to_str().unwrap_or("?").trim()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use gaze_domain::{Role, UserId};

    use super::*;

    #[test]
    fn a_request_speaks_for_its_own_tenant_only() {
        let caller = Caller {
            user: UserId::parse(&"1".repeat(32)).unwrap(),
            user_name: "u".into(),
            project: ProjectId::parse(&"2".repeat(32)).unwrap(),
            project_name: "p".into(),
            domain: DomainId::parse(&"3".repeat(32)).unwrap(),
            domain_name: "d".into(),
            role: Role::Member,
            token: None,
        };
        for (name, value, expected) in [
            (X_PROJECT_ID, "2".repeat(32), true),
            (X_PROJECT_ID, String::new(), true),
            (X_PROJECT_ID, "3".repeat(32), false),
            (X_PROJECT_ID, "p".into(), false),
            (X_DOMAIN_ID, "3".repeat(32), true),
            (X_DOMAIN_ID, "d0".into(), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_str(&value).unwrap());
            assert_eq!(speaks_for(&caller, &headers), expected, "{value}");
        }
        assert!(speaks_for(&caller, &HeaderMap::new()));
    }
}

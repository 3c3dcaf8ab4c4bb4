//! ZStack's two schemes of credentials → domain callers.
//!
//! A session (`OAuth <uuid>`) is looked up late, after the parameters were validated; a signature
//! (`ZStack <id>:<signature>`) is checked at once, by the REST layer, as ZStack does.

use axum::http::{HeaderMap, Method, header};
use gaze_app::App;
use gaze_domain::access::AuthFailure;
use gaze_domain::{Caller, Error};
use gaze_http::signature::SignatureError;
use gaze_http::signature::zstack::{SignedDate, verify};
use jiff::tz::TimeZone;

use crate::errors::{Failure, Subject, failure};

/// What a request offers to prove who sent it.
pub(crate) enum Credentials {
    /// The text of a session, not yet looked up.
    Session(String),
    /// A signature that holds.
    Proven(Box<Caller>),
}

/// The credentials in an `Authorization` header, split by scheme.
#[derive(Debug, PartialEq, Eq)]
enum Scheme<'a> {
    Session(&'a str),
    Signature { id: &'a str, signature: &'a str },
}

/// Reads the credentials and, if they are a signature, checks it. `path` is decoded and without
/// the context path.
pub(crate) async fn credentials(
    app: &App,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
) -> Result<Credentials, Failure> {
    match scheme(headers)? {
        Scheme::Session(text) => Ok(Credentials::Session(text.to_owned())),
        Scheme::Signature { id, signature } => {
            let date = text(headers, &header::DATE)
                .ok_or_else(|| Failure::bad_request("'Date' must be incuded in request header"))?;
            let signed = SignedDate::parse(date).map_err(|_odd| {
                Failure::bad_request(
                    "'Date' format error, correct format is 'EEE, dd MMM yyyy HH:mm:ss z'",
                )
            })?;
            signed
                .check_skew(app.now(), &TimeZone::UTC)
                .map_err(|refusal| refused(&refusal.into()))?;
            let signer = app
                .signer(id)
                .await
                .map_err(|error| refused_key(error, id))?;
            verify(&signer.secret, method, date, path, signature)
                .map_err(|refusal: SignatureError| refused(&refusal.into()))?;
            let caller = signer
                .admitted()
                .map_err(|error| failure(&error, &Subject::default()))?;
            Ok(Credentials::Proven(Box::new(caller)))
        }
    }
}

impl Credentials {
    /// Who sent the request. A session's life is extended by being used.
    pub(crate) async fn caller(self, app: &App) -> Result<Caller, Error> {
        match self {
            Self::Session(text) => app.authenticate_token(&text).await,
            Self::Proven(caller) => Ok(*caller),
        }
    }
}

/// A key of a disabled user is as good as none: ZStack has one text for both.
fn refused_key(error: Error, id: &str) -> Failure {
    match error {
        Error::Unauthenticated(_) => refused(&AuthFailure::UnknownAccessKey(id.to_owned())),
        other => failure(&other, &Subject::default()),
    }
}

fn refused(refusal: &AuthFailure) -> Failure {
    failure(
        &Error::Unauthenticated(refusal.clone()),
        &Subject::default(),
    )
}

fn scheme(headers: &HeaderMap) -> Result<Scheme<'_>, Failure> {
    let text = text(headers, &header::AUTHORIZATION)
        .ok_or_else(|| refused(&AuthFailure::Missing))?
        .trim();
    if let Some(session) = text.strip_prefix("OAuth") {
        return Ok(Scheme::Session(session.trim()));
    }
    if let Some(pair) = text.strip_prefix("ZStack") {
        return match pair.trim().split_once(':') {
            Some((id, signature)) if !id.is_empty() && !signature.is_empty() => {
                Ok(Scheme::Signature { id, signature })
            }
            _ => Err(Failure::bad_request(
                "accessKey format is 'ZStack AccessKeyId:Signature'",
            )),
        };
    }
    Err(Failure::bad_request("Authorization type must be 'OAuth'"))
}

fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        headers
    }

    #[test]
    fn both_schemes_are_read() {
        for (value, expected) in [
            ("OAuth abc", Scheme::Session("abc")),
            ("OAuthabc", Scheme::Session("abc")),
            ("OAuth   abc ", Scheme::Session("abc")),
            ("OAuth", Scheme::Session("")),
            (
                "ZStack AKID:c2ln=",
                Scheme::Signature {
                    id: "AKID",
                    signature: "c2ln=",
                },
            ),
        ] {
            assert_eq!(scheme(&headers(value)).unwrap(), expected, "{value}");
        }
    }

    #[test]
    fn other_headers_are_refused_with_the_vendors_texts() {
        for (value, text) in [
            ("oauth abc", "Authorization type must be 'OAuth'"),
            ("Bearer abc", "Authorization type must be 'OAuth'"),
            ("", "Authorization type must be 'OAuth'"),
            (
                "ZStack AKID",
                "accessKey format is 'ZStack AccessKeyId:Signature'",
            ),
            (
                "ZStack :sig",
                "accessKey format is 'ZStack AccessKeyId:Signature'",
            ),
        ] {
            assert_eq!(
                scheme(&headers(value)),
                Err(Failure::bad_request(text)),
                "{value}"
            );
        }
        assert_eq!(
            scheme(&HeaderMap::new()),
            Err(Failure::bad_request("missing header 'Authorization'"))
        );
    }
}

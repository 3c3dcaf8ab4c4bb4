//! The address under which a client reached this service, for links in answers.

use http::uri::{Authority, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, header};

/// Whether `X-Forwarded-Proto` and `X-Forwarded-Host` are believed. Only a deployment whose every
/// request passes a proxy that sets them may trust them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Forwarded {
    #[default]
    Ignored,
    Trusted,
}

const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// `scheme://host[:port]` without a trailing slash: the configured address if there is one, else
/// what the request's headers say, else `http://localhost`.
pub fn origin(headers: &HeaderMap, configured: Option<&str>, forwarded: Forwarded) -> String {
    match configured {
        Some(configured) => configured.trim_end_matches('/').to_owned(),
        None => Addressed::of(headers).origin(forwarded),
    }
}

/// What a request's headers say of the address that it was sent to, kept for answers that are
/// written when the request is gone. Most never ask, so nothing is read before that.
#[derive(Clone, Debug)]
pub struct Addressed {
    host: Option<HeaderValue>,
    forwarded_proto: Option<HeaderValue>,
    forwarded_host: Option<HeaderValue>,
}

impl Addressed {
    pub fn of(headers: &HeaderMap) -> Self {
        let kept = |name| headers.get(name).cloned();
        Self {
            host: kept(header::HOST),
            forwarded_proto: kept(X_FORWARDED_PROTO),
            forwarded_host: kept(X_FORWARDED_HOST),
        }
    }

    /// `scheme://host[:port]` without a trailing slash; `http://localhost` if nothing else is said.
    pub fn origin(&self, forwarded: Forwarded) -> String {
        let (scheme, host) = match forwarded {
            Forwarded::Ignored => (None, None),
            Forwarded::Trusted => (
                first(self.forwarded_proto.as_ref()).filter(|text| is_scheme(text)),
                first(self.forwarded_host.as_ref()).filter(|text| is_host(text)),
            ),
        };
        let host = host
            .or_else(|| first(self.host.as_ref()).filter(|text| is_host(text)))
            .unwrap_or("localhost");
        format!("{}://{host}", scheme.unwrap_or("http"))
    }
}

/// The first of a header's comma-separated values: the one that the outermost proxy wrote.
fn first(value: Option<&HeaderValue>) -> Option<&str> {
    let text = value?.to_str().ok()?;
    text.split(',').next().map(str::trim)
}

fn is_scheme(text: &str) -> bool {
    [Scheme::HTTP, Scheme::HTTPS]
        .iter()
        .any(|scheme| scheme.as_str() == text)
}

/// A host with an optional port, and nothing else such as user information.
fn is_host(text: &str) -> bool {
    const MAX_HOST: usize = 255 + ":65535".len();
    text.len() <= MAX_HOST
        && text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']')
        })
        && text
            .parse::<Authority>()
            .is_ok_and(|authority| !authority.host().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    http::HeaderName::from_static(name),
                    HeaderValue::from_str(value).unwrap(),
                )
            })
            .collect()
    }

    #[test]
    fn the_configured_address_wins() {
        let headers = headers(&[("host", "elsewhere")]);
        assert_eq!(
            origin(
                &headers,
                Some("https://images.example/"),
                Forwarded::Trusted
            ),
            "https://images.example"
        );
    }

    #[test]
    fn the_host_header_is_used_if_it_names_a_host() {
        for (host, expected) in [
            ("127.0.0.1:9292", "http://127.0.0.1:9292"),
            ("[::1]:80", "http://[::1]:80"),
            ("images.example", "http://images.example"),
            ("user@evil", "http://localhost"),
            ("a/b", "http://localhost"),
            ("a\"b", "http://localhost"),
            ("", "http://localhost"),
        ] {
            assert_eq!(
                origin(&headers(&[("host", host)]), None, Forwarded::Ignored),
                expected
            );
        }
    }

    #[test]
    fn forwarded_headers_count_only_when_trusted() {
        let headers = headers(&[
            ("host", "10.0.0.1:8080"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "images.example, inner"),
        ]);
        assert_eq!(
            origin(&headers, None, Forwarded::Ignored),
            "http://10.0.0.1:8080"
        );
        assert_eq!(
            origin(&headers, None, Forwarded::Trusted),
            "https://images.example"
        );
    }
}

//! The id by which a request is found again in logs, on both sides.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};

/// Header in which every response carries its request's id.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// OpenStack's name of the same; taken from a client in preference.
pub(crate) const X_OPENSTACK_REQUEST_ID: HeaderName =
    HeaderName::from_static("x-openstack-request-id");

/// Longest id that is taken over from a client, in characters: `req-` and a hyphenated UUID fit.
const MAX_CLIENT_ID: usize = 64;

/// The id of a request: 32 lower-case hexadecimal digits, or what the client gave if that was a
/// token of at most 64 letters, digits, `-`, `_` and `.`. A request extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// A fresh id made from a random UUID.
    pub fn fresh(uuid: uuid::Uuid) -> Self {
        Self(uuid.simple().to_string())
    }

    /// The id that the client chose, if it chose one and it is harmless in logs and headers.
    pub fn from_client(headers: &HeaderMap) -> Option<Self> {
        [X_OPENSTACK_REQUEST_ID, X_REQUEST_ID]
            .iter()
            .find_map(|name| headers.get(name))
            .and_then(|value| value.to_str().ok())
            .filter(|text| is_sane(text))
            .map(|text| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn header_value(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_sane(text: &str) -> bool {
    (1..=MAX_CLIENT_ID).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(name: &'static str, value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        RequestId::from_client(&headers).map(|id| id.0)
    }

    #[test]
    fn a_sane_id_of_the_client_is_kept() {
        let id = "req-e4891e6e-f3a6-4ea0-8ce9-1ab379a5c856";
        assert_eq!(taken("x-request-id", id).as_deref(), Some(id));
        assert_eq!(taken("x-openstack-request-id", id).as_deref(), Some(id));
    }

    #[test]
    fn an_id_that_could_forge_a_log_line_is_not_kept() {
        for text in ["", "a b", "a=\"b\"", "a,b", &"a".repeat(65), "a;b", "a/b"] {
            assert_eq!(taken("x-request-id", text), None, "{text:?}");
        }
    }
}

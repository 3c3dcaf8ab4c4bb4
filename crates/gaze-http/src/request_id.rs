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
/// token of at most 64 letters, digits, `-`, `_` and `.`. A request extension. Clones share the
/// text, which is a header's value already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// A fresh id made from a random UUID.
    pub fn fresh(uuid: uuid::Uuid) -> Self {
        let mut text = [0; uuid::fmt::Simple::LENGTH];
        let text = uuid.simple().encode_lower(&mut text);
        // Digits always make a header's value.
        Self(HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("")))
    }

    /// The id that the client chose, if it chose one and it is harmless in logs and headers.
    pub fn from_client(headers: &HeaderMap) -> Option<Self> {
        [X_OPENSTACK_REQUEST_ID, X_REQUEST_ID]
            .iter()
            .find_map(|name| headers.get(name))
            .filter(|value| is_sane(value.as_bytes()))
            .map(|value| Self(value.clone()))
    }

    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    pub(crate) fn header_value(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn is_sane(text: &[u8]) -> bool {
    (1..=MAX_CLIENT_ID).contains(&text.len())
        && text
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(name: &'static str, value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        RequestId::from_client(&headers).map(|id| id.to_string())
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

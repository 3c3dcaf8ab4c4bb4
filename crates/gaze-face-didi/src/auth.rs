//! `Authorization: Bearer <token>` (RFC 6750). Tokens of any kind are taken, whichever face gave
//! them out.

use gaze_domain::access::AuthFailure;
use http::{HeaderMap, header};

/// The token of a request.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<&str, AuthFailure> {
    let value = headers
        .get(header::AUTHORIZATION)
        .ok_or(AuthFailure::Missing)?;
    value
        .to_str()
        .ok()
        .and_then(|text| text.trim().split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| !token.is_empty())
        .ok_or_else(|| AuthFailure::Malformed("expected `Bearer <token>`".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bearer_token_is_taken() {
        let malformed = || Err(AuthFailure::Malformed("expected `Bearer <token>`".into()));
        for (value, expected) in [
            ("Bearer b557cb1a", Ok("b557cb1a")),
            ("bearer  b557cb1a ", Ok("b557cb1a")),
            ("Bearer", malformed()),
            ("Bearer ", malformed()),
            ("OAuth b557cb1a", malformed()),
            ("b557cb1a", malformed()),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            assert_eq!(bearer(&headers), expected, "{value:?}");
        }
        assert_eq!(bearer(&HeaderMap::new()), Err(AuthFailure::Missing));
    }
}

//! What a download of a file says of itself, and which part of it a request asks for.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::range::{RangeRequest, content_range, content_range_unsatisfied, requested};

/// The headers that name a file.
#[derive(Clone, Debug)]
pub struct FileHeaders {
    disposition: Option<HeaderValue>,
    /// The strong validator of its bytes (RFC 9110 §8.8.3).
    pub etag: Option<HeaderValue>,
}

/// The headers of a file of that name whose bytes have that digest. The name has to be of letters,
/// digits, `.`, `_` and `-` alone; another is left out.
pub fn headers(name: &str, digest: Option<&str>) -> FileHeaders {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let named = name.chars().all(plain) && !name.is_empty();
    let disposition = named.then(|| format!("attachment; filename=\"{name}\""));
    let etag = digest.map(|digest| format!("\"{digest}\""));
    let value = |text: Option<String>| HeaderValue::from_str(&text?).ok();
    FileHeaders {
        disposition: value(disposition),
        etag: value(etag),
    }
}

impl FileHeaders {
    /// Adds them to a response. What is downloaded is never shown as a page, nor guessed at.
    pub fn describe(&self, response: &mut Response) {
        let headers = response.headers_mut();
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        let named = [
            (header::CONTENT_DISPOSITION, &self.disposition),
            (header::ETAG, &self.etag),
        ];
        for (name, value) in named {
            if let Some(value) = value {
                headers.insert(name, value.clone());
            }
        }
    }
}

/// What a request asks for of a file.
#[derive(Debug)]
pub enum Part {
    Whole,
    Range(std::ops::Range<u64>),
    /// Nothing that exists; this is the answer.
    Unsatisfiable(Response),
}

/// Which part of a file of `total` bytes is asked for. A range with `If-Range` counts only for the
/// very bytes that the client knows (RFC 9110 §13.1.5).
pub fn part(asked: &HeaderMap, total: u64, etag: Option<&HeaderValue>) -> Part {
    let same = match asked.get(header::IF_RANGE) {
        None => true,
        Some(known) => etag == Some(known),
    };
    if !same {
        return Part::Whole;
    }
    match requested(asked, total) {
        RangeRequest::Whole => Part::Whole,
        RangeRequest::Range(range) => Part::Range(range),
        RangeRequest::Unsatisfiable => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_RANGE, content_range_unsatisfied(total));
            Part::Unsatisfiable(response)
        }
    }
}

/// The answer to a HEAD: that of [`crate::stream_response`] without its bytes.
pub fn measured(range: &std::ops::Range<u64>, total: u64, partial: bool) -> Response {
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_LENGTH,
        HeaderValue::from(range.end.saturating_sub(range.start)),
    );
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    if partial {
        headers.insert(header::CONTENT_RANGE, content_range(range, total));
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter().cloned();
        pairs
            .map(|(name, value)| (name, HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn a_range_counts_for_the_bytes_that_the_client_knows() {
        let etag = HeaderValue::from_static("\"abc\"");
        let check = |pairs: &[(header::HeaderName, &'static str)], expected: &str| {
            let found = match part(&asked(pairs), 10, Some(&etag)) {
                Part::Whole => "whole".to_owned(),
                Part::Range(range) => format!("{range:?}"),
                Part::Unsatisfiable(response) => response.headers()[header::CONTENT_RANGE]
                    .to_str()
                    .unwrap()
                    .to_owned(),
            };
            assert_eq!(found, expected, "{pairs:?}");
        };
        check(&[], "whole");
        check(&[(header::RANGE, "bytes=2-4")], "2..5");
        check(&[(header::RANGE, "bytes=10-")], "bytes */10");
        let range = (header::RANGE, "bytes=2-4");
        check(&[range.clone(), (header::IF_RANGE, "\"abc\"")], "2..5");
        check(&[range.clone(), (header::IF_RANGE, "\"abd\"")], "whole");
        check(&[range, (header::IF_RANGE, "W/\"abc\"")], "whole");
    }

    #[test]
    fn a_name_that_would_have_to_be_escaped_is_left_out() {
        let check = |name: &str, expected: Option<&str>| {
            let mut response = Response::new(Body::empty());
            headers(name, None).describe(&mut response);
            let found = response.headers().get(header::CONTENT_DISPOSITION);
            assert_eq!(found.map(|found| found.to_str().unwrap()), expected);
        };
        check("a-b_c.raw", Some("attachment; filename=\"a-b_c.raw\""));
        check("a b", None);
        check("a\"b", None);
        check("a\r\nb", None);
        check("", None);
    }

    #[test]
    fn a_head_says_what_a_get_would() {
        let response = measured(&(2..5), 10, true);
        assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!(response.headers()[header::CONTENT_LENGTH], "3");
        assert_eq!(response.headers()[header::CONTENT_RANGE], "bytes 2-4/10");
    }
}

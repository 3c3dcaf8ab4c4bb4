//! Request headers by which a client says how it wants to be answered.

use axum::http::{HeaderMap, HeaderName};
use gaze_domain::JobId;

use crate::errors::Failure;

const X_JOB_UUID: HeaderName = HeaderName::from_static("x-job-uuid");
const X_WEB_HOOK: HeaderName = HeaderName::from_static("x-web-hook");
const X_API_TIMEOUT: HeaderName = HeaderName::from_static("x-api-timeout");
const X_JSON_SCHEMA: HeaderName = HeaderName::from_static("x-json-schema");
/// RFC 7240.
const PREFER: HeaderName = HeaderName::from_static("prefer");

/// What the client asks for beside the operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wishes {
    /// The id of the call's job.
    pub(super) job: Option<JobId>,
    /// Answer 202 without waiting: the client listens elsewhere, or says so.
    pub(super) at_once: bool,
    /// Where the client listens.
    pub(super) hook: Option<String>,
    /// From `X-API-Timeout`, which is in seconds; zero is as good as none.
    pub(super) timeout_ms: Option<u64>,
}

impl Wishes {
    pub(super) fn read(headers: &HeaderMap) -> Result<Self, Failure> {
        let hook = text(headers, &X_WEB_HOOK).filter(|hook| !hook.is_empty());
        Ok(Self {
            job: match text(headers, &X_JOB_UUID) {
                Some(id) => Some(job_id(id)?),
                None => None,
            },
            at_once: hook.is_some() || prefers_async(headers),
            hook: hook.map(str::to_owned),
            timeout_ms: match text(headers, &X_API_TIMEOUT) {
                Some(seconds) => Some(timeout(seconds)?).filter(|given| *given > 0),
                None => None,
            },
        })
    }
}

/// Whether the answer is to say of which classes it is. Any value of the header counts.
pub(super) fn wants_schema(headers: &HeaderMap) -> bool {
    headers.contains_key(X_JSON_SCHEMA)
}

fn job_id(text: &str) -> Result<JobId, Failure> {
    let odd =
        || Failure::bad_request("Invalid header[X-Job-UUID], it must be a UUID with '-' stripped");
    if text.len() == 32 {
        JobId::parse(text).ok_or_else(odd)
    } else {
        Err(odd())
    }
}

fn timeout(seconds: &str) -> Result<u64, Failure> {
    seconds
        .parse::<u64>()
        .ok()
        .and_then(|seconds| seconds.checked_mul(1000))
        .ok_or_else(|| {
            Failure::bad_request("Invalid header[X-API-Timeout], it must be a number of seconds")
        })
}

fn prefers_async(headers: &HeaderMap) -> bool {
    headers
        .get_all(PREFER)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split([',', ';']))
        .any(|preference| preference.trim().eq_ignore_ascii_case("respond-async"))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers
        .get(name)
        .map(|value| value.to_str().unwrap_or_default().trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&'static str, &str)]) -> Result<Wishes, Failure> {
        let headers = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        Wishes::read(&headers)
    }

    #[test]
    fn wishes_are_read_from_headers() {
        let wishes = read(&[
            ("x-job-uuid", "e4891e6ef3a64ea08ce91ab379a5c856"),
            ("x-api-timeout", "60"),
        ])
        .unwrap();
        assert_eq!(
            wishes.job.map(JobId::hex).as_deref(),
            Some("e4891e6ef3a64ea08ce91ab379a5c856")
        );
        assert_eq!(wishes.timeout_ms, Some(60_000));
        assert!(!wishes.at_once);
        assert_eq!(read(&[]).unwrap(), Wishes::default());
    }

    #[test]
    fn an_answer_at_once_is_asked_for_in_two_ways() {
        for (name, value, expected) in [
            ("x-web-hook", "http://client/hook", true),
            ("prefer", "respond-async", true),
            ("prefer", "wait=10, Respond-Async", true),
            ("prefer", "return=minimal", false),
            ("x-web-hook", "", false),
        ] {
            assert_eq!(read(&[(name, value)]).unwrap().at_once, expected, "{value}");
        }
    }

    #[test]
    fn odd_headers_are_refused() {
        for (name, value) in [
            ("x-job-uuid", "e4891e6e"),
            ("x-job-uuid", "e4891e6e-f3a6-4ea0-8ce9-1ab379a5c856"),
            ("x-job-uuid", "zz891e6ef3a64ea08ce91ab379a5c856"),
            ("x-job-uuid", ""),
            ("x-api-timeout", "soon"),
            ("x-api-timeout", "18446744073709551615"),
        ] {
            assert!(read(&[(name, value)]).is_err(), "{value}");
        }
    }
}

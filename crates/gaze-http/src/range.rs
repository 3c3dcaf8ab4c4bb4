//! `Range` requests for one range of bytes (RFC 9110 §14).

use std::ops::Range;

use http::{HeaderMap, HeaderValue, header};

/// What a request asks for of a thing of known length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RangeRequest {
    /// Everything: no range was asked for, or one that this server may ignore (another unit,
    /// several ranges, bad syntax).
    Whole,
    /// These bytes, not empty and within the length.
    Range(Range<u64>),
    /// Nothing that exists: 416 with `Content-Range: bytes */<total>`.
    Unsatisfiable,
}

/// What the request's `Range` header asks for of `total` bytes.
pub fn requested(headers: &HeaderMap, total: u64) -> RangeRequest {
    match headers.get(header::RANGE).map(HeaderValue::to_str) {
        None | Some(Err(_)) => RangeRequest::Whole,
        Some(Ok(text)) => parse_range(text, total),
    }
}

/// Understands the value of a `Range` header for a thing of `total` bytes.
///
/// Per RFC 9110 §14.2 a range that is not understood is ignored; several ranges are treated so
/// too, which the RFC allows, because no client of images sends them.
pub fn parse_range(header: &str, total: u64) -> RangeRequest {
    let Some((unit, set)) = header.split_once('=') else {
        return RangeRequest::Whole;
    };
    let set = set.trim();
    if !unit.trim().eq_ignore_ascii_case("bytes") || set.contains(',') {
        return RangeRequest::Whole;
    }
    let Some((first, last)) = set.split_once('-') else {
        return RangeRequest::Whole;
    };
    match (position(first), position(last)) {
        (Position::At(first), Position::Open) => satisfy(first, total, total),
        (Position::At(first), Position::At(last)) if first <= last => {
            satisfy(first, last.saturating_add(1), total)
        }
        (Position::Open, Position::At(suffix)) => {
            if suffix == 0 || total == 0 {
                RangeRequest::Unsatisfiable
            } else {
                RangeRequest::Range(total.saturating_sub(suffix)..total)
            }
        }
        _ => RangeRequest::Whole,
    }
}

/// The `Content-Range` value of a part.
pub fn content_range(range: &Range<u64>, total: u64) -> HeaderValue {
    let last = range.end.saturating_sub(1);
    header_value(&format!("bytes {}-{last}/{total}", range.start))
}

/// The `Content-Range` value of a 416 answer.
pub fn content_range_unsatisfied(total: u64) -> HeaderValue {
    header_value(&format!("bytes */{total}"))
}

fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_invalid| HeaderValue::from_static("bytes */*"))
}

enum Position {
    Open,
    At(u64),
    Bad,
}

fn position(text: &str) -> Position {
    if text.is_empty() {
        Position::Open
    } else if text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number past u64 lies behind every end.
        Position::At(text.parse().unwrap_or(u64::MAX))
    } else {
        Position::Bad
    }
}

fn satisfy(first: u64, end: u64, total: u64) -> RangeRequest {
    if first >= total {
        RangeRequest::Unsatisfiable
    } else {
        RangeRequest::Range(first..end.min(total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(header: &str, total: u64, expected: &RangeRequest) {
        assert_eq!(&parse_range(header, total), expected, "{header} of {total}");
    }

    #[test]
    fn single_ranges_are_understood() {
        check("bytes=0-499", 10_000, &RangeRequest::Range(0..500));
        check("bytes=500-999", 10_000, &RangeRequest::Range(500..1000));
        check("bytes=-500", 10_000, &RangeRequest::Range(9500..10_000));
        check("bytes=9500-", 10_000, &RangeRequest::Range(9500..10_000));
        check("bytes=0-0", 1, &RangeRequest::Range(0..1));
        check("bytes=0-99999", 10, &RangeRequest::Range(0..10));
        check("bytes=-99999", 10, &RangeRequest::Range(0..10));
        check("Bytes = 1-2", 10, &RangeRequest::Range(1..3));
        check(
            "bytes=0-99999999999999999999999",
            10,
            &RangeRequest::Range(0..10),
        );
    }

    #[test]
    fn what_lies_behind_the_end_is_unsatisfiable() {
        for (header, total) in [
            ("bytes=10-", 10),
            ("bytes=10-20", 10),
            ("bytes=-0", 10),
            ("bytes=0-", 0),
            ("bytes=-1", 0),
            ("bytes=99999999999999999999999-", 10),
        ] {
            check(header, total, &RangeRequest::Unsatisfiable);
        }
    }

    #[test]
    fn what_is_not_understood_is_ignored() {
        for header in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5-2",
            "bytes=0-1,3-4",
            "bytes=a-b",
            "bytes=+1-2",
            "bytes=1- 2",
            "lines=0-1",
            "bytes=1--2",
        ] {
            check(header, 10, &RangeRequest::Whole);
        }
    }

    proptest! {
        #[test]
        fn a_range_is_never_empty_nor_past_the_end(text in "(bytes=)?[0-9a-z,= -]{0,30}", total: u64) {
            if let RangeRequest::Range(range) = parse_range(&text, total) {
                prop_assert!(range.start < range.end && range.end <= total);
            }
        }
    }
}

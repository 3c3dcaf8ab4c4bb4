//! JSON that is put together of what was written before.

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::Response;

/// The head, the parts with a comma between any two, and the tail: in one buffer that is as long as
/// it has to be.
pub fn joined(head: &str, parts: &[Bytes], tail: &str) -> Bytes {
    let commas = parts.len().saturating_sub(1);
    let length: usize = parts.iter().map(Bytes::len).sum();
    let mut whole = Vec::with_capacity(head.len() + length + commas + tail.len());
    whole.extend_from_slice(head.as_bytes());
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            whole.push(b',');
        }
        whole.extend_from_slice(part);
    }
    whole.extend_from_slice(tail.as_bytes());
    whole.into()
}

/// 200 with a JSON document that is written already.
pub fn written(json: Bytes) -> Response {
    let mut response = Response::new(Body::from(json));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_in_their_order_and_nothing_is_left_over() {
        for (parts, expected) in [
            (&[][..], "[]"),
            (&["1"][..], "[1]"),
            (&["1", "{}", "\"ä\""][..], "[1,{},\"ä\"]"),
        ] {
            let parts: Vec<Bytes> = parts
                .iter()
                .map(|part| Bytes::from_static(part.as_bytes()))
                .collect();
            let whole = joined("[", &parts, "]");
            assert_eq!(whole, expected);
            let vec = Vec::from(whole);
            assert_eq!(vec.capacity(), vec.len());
        }
    }
}

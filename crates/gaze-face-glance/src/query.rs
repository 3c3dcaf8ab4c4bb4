//! The query of a request as names and values, in the client's order.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;

use crate::Face;
use crate::errors::Refusal;

/// Longest query, in bytes. An `in:` filter of a thousand ids fits.
const MAX_QUERY: usize = 64 << 10;

#[derive(Debug)]
pub(crate) struct Pairs(pub(crate) Vec<(String, String)>);

impl FromRequestParts<Face> for Pairs {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _face: &Face) -> Result<Self, Refusal> {
        let long = |query: &str| query.len() > MAX_QUERY;
        if parts.uri.query().is_some_and(long) {
            return Err(Refusal::bad_request("The query is too long."));
        }
        Query::try_from_uri(&parts.uri)
            .map(|Query(pairs)| Self(pairs))
            .map_err(|_not_pairs| Refusal::bad_request("The query is not made of name=value."))
    }
}

//! What all lists have in common: the length of a page, its order, and the addresses of pages.

use gaze_domain::list::Direction;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::errors::Refusal;

pub(crate) const DEFAULT_PAGE: u32 = 25;
/// Longest page (Glance, `api_limit_max`).
pub(crate) const MAX_PAGE: u32 = 1000;

/// All but the unreserved characters of RFC 3986.
pub(crate) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Address of a page of the list that the query asks for: the first, or the one behind a thing.
pub(crate) fn address(path: &str, query: &[(String, String)], marker: Option<String>) -> String {
    let mut address = String::from(path);
    let kept = query.iter().filter(|(name, _)| name != "marker");
    let kept = kept.map(|(name, value)| (name.as_str(), value.clone()));
    let marker = marker.map(|id| ("marker", id));
    for (at, (name, value)) in kept.chain(marker).enumerate() {
        address.push(if at == 0 { '?' } else { '&' });
        address.extend(utf8_percent_encode(name, RESERVED));
        address.push('=');
        address.extend(utf8_percent_encode(&value, RESERVED));
    }
    address
}

pub(crate) fn direction(word: &str) -> Result<Direction, Refusal> {
    match word {
        "asc" => Ok(Direction::Ascending),
        "desc" => Ok(Direction::Descending),
        _ => Err(Refusal::bad_request(&format!(
            "Invalid sort direction: {word}. It must be one of the following: asc, desc."
        ))),
    }
}

pub(crate) fn limit(text: &str) -> Result<u32, Refusal> {
    let number: i64 = text
        .parse()
        .map_err(|_no_number| Refusal::bad_request("limit param must be an integer"))?;
    let number = u64::try_from(number)
        .map_err(|_negative| Refusal::bad_request("limit param must be positive"))?;
    Ok(u32::try_from(number).unwrap_or(MAX_PAGE).min(MAX_PAGE))
}

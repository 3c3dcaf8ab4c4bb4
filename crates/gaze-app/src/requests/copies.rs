//! Bytes for images that are there, and copies of them in more stores.

use gaze_domain::image::DigestKind;
use gaze_domain::{JobId, StoreId};

use super::StoreChoice;

/// Bytes for an image that waits for them.
#[derive(Clone, Debug)]
pub struct Fetching {
    /// `http://`, `https://` or `file://`.
    pub url: String,
    pub stores: StoreChoice,
    /// The digest that they must have, lower-case hexadecimal.
    pub expected: Option<(DigestKind, String)>,
    /// The id that the job is to have.
    pub job: Option<JobId>,
}

/// Which images that were asked to be at hand are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wishes {
    All,
    /// Those that are at hand.
    Met,
    /// Those that are not yet.
    Open,
}

/// Stores that are to get a copy of a complete image.
#[derive(Clone, Debug)]
pub struct NewCopies {
    pub into: CopyInto,
    /// Whether those stores count that can take a copy, as long as one can; otherwise all must.
    pub partial: bool,
    /// The id that the job is to have.
    pub job: Option<JobId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyInto {
    /// Every store that has none; nothing happens if there is no such store.
    Rest,
    /// These; that one of them has a copy already is an error.
    Stores(Vec<StoreId>),
}

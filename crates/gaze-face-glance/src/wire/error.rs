//! Bodies of refusals.

use serde::Serialize;

/// What webob writes as JSON.
#[derive(Debug, Serialize)]
pub(crate) struct Error<'a> {
    pub(crate) message: &'a str,
    /// Number and name.
    pub(crate) code: String,
    pub(crate) title: &'static str,
}

/// What Keystone's middleware writes.
#[derive(Debug, Serialize)]
pub(crate) struct Identity<'a> {
    pub(crate) error: IdentityError<'a>,
}

#[derive(Debug, Serialize)]
pub(crate) struct IdentityError<'a> {
    pub(crate) code: u16,
    pub(crate) title: &'static str,
    pub(crate) message: &'a str,
}

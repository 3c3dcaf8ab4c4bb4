//! Lists.

use serde::Serialize;
use utoipa::ToSchema;

/// A list that is complete.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct List<T: ToSchema> {
    pub(crate) items: Vec<T>,
}

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T: ToSchema> {
    pub(crate) items: Vec<T>,
    /// The value of `after` that gives the next part; null at the end.
    pub(crate) next: Option<String>,
}

//! Between the vendor's words and the domain's. Pure.

pub(crate) mod attributes;
pub(crate) mod image;
pub(crate) mod os;
pub(crate) mod query;
pub(crate) mod words;

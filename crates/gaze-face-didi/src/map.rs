//! Between the domain's nouns and the vendor's words. Pure, and total.

pub(crate) mod image;
pub(crate) mod job;
pub(crate) mod query;
pub(crate) mod region;
pub(crate) mod store;
#[cfg(test)]
mod testing;

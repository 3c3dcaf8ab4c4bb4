//! How bytes become an image: read from somewhere, inspected while they pass, written into one or
//! more stores, and counted against room and quota as they come.

mod addresses;
mod admission;
mod copies;
mod disk;
mod duplicate;
mod fetch;
mod intake;
mod settle;
mod source;

pub(crate) use admission::Admission;
pub use admission::UploadCounts;
pub(crate) use disk::{DiskReader, Matter, domain_format, look_at_volume, open_volume};
pub(crate) use duplicate::{Duplicates, Watch, duplicate};
pub(crate) use fetch::{Fetch, Fetcher};
pub(crate) use intake::{Intake, Landed, Rule};
pub(crate) use settle::{Aftermath, charged, land, lock_stores, undo};
pub(crate) use source::{Scheme, redacted, scheme};

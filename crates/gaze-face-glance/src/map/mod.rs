//! Between Glance's words and the domain's: pure functions.

pub(crate) mod attribute;
pub(crate) mod create;
pub(crate) mod extras;
pub(crate) mod filter;
pub(crate) mod image;
pub(crate) mod import;
pub(crate) mod list;
pub(crate) mod location;
pub(crate) mod member;
pub(crate) mod metadefs;
pub(crate) mod original;
pub(crate) mod page;
pub(crate) mod patch;
pub(crate) mod task;
pub(crate) mod task_input;
pub(crate) mod task_list;
pub(crate) mod words;

//! Documents exactly as Glance spells them.

pub(crate) mod cache;
pub(crate) mod error;
pub(crate) mod info;
pub(crate) mod location;
pub(crate) mod member;
pub(crate) mod metadef;
pub(crate) mod task;
pub(crate) mod version;

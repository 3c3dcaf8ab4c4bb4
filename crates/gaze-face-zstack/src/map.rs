//! Pure translations between the domain and ZStack's objects, one file a noun.

pub(crate) mod access_key;
pub(crate) mod account;
pub(crate) mod export;
pub(crate) mod image;
pub(crate) mod instance;
pub(crate) mod long_job;
pub(crate) mod password;
pub(crate) mod place;
pub(crate) mod pool;
pub(crate) mod quota;
pub(crate) mod resource;
pub(crate) mod session;
pub(crate) mod snapshot;
pub(crate) mod store;
pub(crate) mod tag;
pub(crate) mod tagging;
pub(crate) mod volume;
pub(crate) mod words;

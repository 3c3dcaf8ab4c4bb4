//! Between Identity's words and the domain's. Pure.

pub(crate) mod application_credential;
pub(crate) mod catalog;
pub(crate) mod fixed;
pub(crate) mod login;
pub(crate) mod project;
pub(crate) mod registry;
pub(crate) mod token;
pub(crate) mod user;

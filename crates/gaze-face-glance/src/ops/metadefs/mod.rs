//! Metadata definitions.

pub(crate) mod namespaces;
pub(crate) mod objects;
pub(crate) mod properties;
pub(crate) mod resource_types;
pub(crate) mod schemas;
pub(crate) mod tags;

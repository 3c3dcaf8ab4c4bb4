//! JSON exactly as Intelligent EdgeCloud spells it.

pub(crate) mod error;
pub(crate) mod image;

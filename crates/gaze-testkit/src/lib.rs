//! A whole service in a test: real catalogue, real files, a clock that the test holds.

mod runtime;
pub mod transcript;
mod world;

pub use runtime::TestRuntime;
pub use world::{Tenant, World};

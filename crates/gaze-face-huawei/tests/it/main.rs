//! Tests of the face from outside, on a whole service.

mod cloud;
mod conformance;
mod documented;
mod filters;

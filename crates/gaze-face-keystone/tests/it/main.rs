//! Tests of the face from outside, on a whole service.

mod conformance;
mod documented;

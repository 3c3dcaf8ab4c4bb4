//! Tests of the face from outside.

mod documented;

//! Tests of the face from outside, on a whole service.

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod documented;

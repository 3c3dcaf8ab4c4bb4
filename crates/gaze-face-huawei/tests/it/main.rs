//! Tests of the face from outside, on a whole service.

#[cfg(test)]
mod cloud;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod documented;
#[cfg(test)]
mod filters;

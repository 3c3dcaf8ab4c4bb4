//! The face from outside, on a whole service.

#[cfg(test)]
mod bytes;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod documented;
#[cfg(test)]
mod stage;

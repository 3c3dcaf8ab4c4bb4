//! The face from outside, on a whole service.

#[cfg(test)]
mod client;
#[cfg(test)]
mod documented;
#[cfg(test)]
mod qemu;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod transcripts;
#[cfg(test)]
mod waiting;

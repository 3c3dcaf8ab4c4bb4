//! The face from outside, on a whole service.

#[cfg(test)]
mod bytes;
#[cfg(test)]
mod documented;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod patches;
#[cfg(test)]
mod readers;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod tasks;
#[cfg(test)]
mod transcripts;

//! The server on real sockets.

#[cfg(test)]
mod allocations;
#[cfg(test)]
mod files;
#[cfg(test)]
mod serve;

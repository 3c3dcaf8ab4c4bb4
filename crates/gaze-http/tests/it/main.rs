//! The server on real sockets.

#[cfg(test)]
mod allocations;
#[cfg(test)]
mod files;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod serve;

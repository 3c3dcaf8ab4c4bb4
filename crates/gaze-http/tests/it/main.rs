//! The server on real sockets.

#[cfg(test)]
mod serve;

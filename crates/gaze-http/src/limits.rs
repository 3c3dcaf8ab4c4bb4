//! What one client may hold of the server, and for how long.

use std::time::Duration;

use crate::Proxies;

/// Bounds on connections.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Most connections at one time; further ones wait in the kernel's queue.
    pub connections: usize,
    /// Most connections of one address; further ones are closed. Those of proxies are not counted.
    pub connections_per_address: usize,
    /// Who is believed about the client's address.
    pub proxies: Proxies,
    /// The longest that a client may take for a request's head, or pause between two requests.
    pub head: Duration,
    /// The longest that a client may leave a written byte unread, or take in next to nothing.
    pub silence: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            connections_per_address: 512,
            proxies: Proxies::local(),
            head: Duration::from_secs(30),
            silence: Duration::from_mins(1),
        }
    }
}

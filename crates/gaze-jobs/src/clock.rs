//! Where time and fresh ids come from.

use std::fmt::Debug;

/// The only source of times and ids in this crate.
pub trait Clock: Send + Sync + Debug {
    /// Microseconds since the epoch.
    fn now_micros(&self) -> i64;
    /// 32 hexadecimal digits that no other call has returned, in this process or another.
    fn fresh_id(&self) -> String;
}

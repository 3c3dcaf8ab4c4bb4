//! The one door through which time, ids and randomness enter.

use uuid::Uuid;

use crate::Timestamp;

/// What the outside world decides. The binary gives the system's; a test gives a fixed clock.
pub trait Runtime: Send + Sync + std::fmt::Debug {
    /// The present, never earlier than a value returned before.
    fn now(&self) -> Timestamp;

    /// A fresh random UUID of version 4. ZStack's clients accept versions 1 to 5 only, so newer
    /// versions must not be used.
    fn uuid(&self) -> Uuid;

    /// Fills the buffer with bytes fit for secrets.
    fn random(&self, buffer: &mut [u8]);
}

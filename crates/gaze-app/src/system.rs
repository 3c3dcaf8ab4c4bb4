//! The outside world as it is.

use std::sync::atomic::{AtomicI64, Ordering};

use gaze_domain::{Runtime, Timestamp};
use uuid::Uuid;

/// The system's clock and random source.
#[derive(Debug, Default)]
pub struct SystemRuntime {
    latest: AtomicI64,
}

impl Runtime for SystemRuntime {
    /// The system's time, held still while the system's clock goes back.
    #[expect(clippy::disallowed_methods, reason = "this is the one door for time")]
    fn now(&self) -> Timestamp {
        let now = Timestamp::now().as_microsecond();
        let latest = self.latest.fetch_max(now, Ordering::AcqRel).max(now);
        Timestamp::from_microsecond(latest).unwrap_or(Timestamp::MAX)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one door for ids")]
    fn uuid(&self) -> Uuid {
        Uuid::new_v4()
    }

    fn random(&self, buffer: &mut [u8]) {
        for part in buffer.chunks_mut(8) {
            // Eight of a random UUID's bytes carry no fixed bits.
            let uuid = self.uuid();
            let (low, high) = (&uuid.as_bytes()[..6], &uuid.as_bytes()[9..]);
            for (to, from) in part.iter_mut().zip(low.iter().chain(high)) {
                *to = *from;
            }
        }
    }
}

//! The outside world, held still.

use std::sync::atomic::{AtomicI64, Ordering};

use gaze_app::SystemRuntime;
use gaze_domain::{Runtime, Timestamp};
use uuid::Uuid;

/// 2026-01-02T03:04:05Z in microseconds.
const START: i64 = 1_767_323_045_000_000;

/// A clock that goes on by one microsecond each time it is read, so that what happens later is
/// later, and by no more than that unless the test says so. Ids and secrets are truly random.
#[derive(Debug)]
pub struct TestRuntime {
    now: AtomicI64,
    system: SystemRuntime,
}

impl Default for TestRuntime {
    fn default() -> Self {
        Self {
            now: AtomicI64::new(START),
            system: SystemRuntime::default(),
        }
    }
}

impl TestRuntime {
    /// Lets time pass.
    pub fn advance(&self, seconds: i64) {
        self.now.fetch_add(seconds * 1_000_000, Ordering::AcqRel);
    }
}

impl Runtime for TestRuntime {
    fn now(&self) -> Timestamp {
        let micros = self.now.fetch_add(1, Ordering::AcqRel);
        Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
    }

    fn uuid(&self) -> Uuid {
        self.system.uuid()
    }

    fn random(&self, buffer: &mut [u8]) {
        self.system.random(buffer);
    }
}

//! The outside world as it is.

use std::cell::RefCell;
use std::sync::atomic::{AtomicI64, Ordering};

use gaze_domain::{Runtime, Timestamp};
use uuid::{Builder, Uuid};

/// Random bytes that are fetched at one time, enough for 64 UUIDs. Every request takes one, and to
/// ask the system each time costs more than everything else that is done with it.
const FETCHED: usize = 64 * UUID;
const UUID: usize = size_of::<Uuid>();

thread_local! {
    static POOL: RefCell<Pool> = const { RefCell::new(Pool { bytes: [0; FETCHED], left: 0 }) };
}

/// Bytes of the system's random source that nobody has been given yet.
struct Pool {
    bytes: [u8; FETCHED],
    /// How many of the first are left. The others were given out and are wiped.
    left: usize,
}

impl Pool {
    #[expect(clippy::disallowed_methods, reason = "this is the one door for ids")]
    fn uuid(&mut self) -> Uuid {
        if self.left == 0 {
            if getrandom::fill(&mut self.bytes).is_err() {
                // Tries the same once more, and stops the process if it must: there are no ids
                // without a random source.
                return Uuid::new_v4();
            }
            self.left = FETCHED;
        }
        self.left -= UUID;
        let mut taken = [0; UUID];
        for (to, from) in taken.iter_mut().zip(&mut self.bytes[self.left..]) {
            *to = std::mem::take(from);
        }
        Builder::from_random_bytes(taken).into_uuid()
    }
}

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

    fn uuid(&self) -> Uuid {
        POOL.with_borrow_mut(Pool::uuid)
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_random_bytes_are_given_out_twice() {
        let ids = || -> Vec<Uuid> {
            let runtime = SystemRuntime::default();
            (0..FETCHED / UUID * 3).map(|_| runtime.uuid()).collect()
        };
        let there = std::thread::spawn(ids);
        let all: Vec<Uuid> = ids().into_iter().chain(there.join().unwrap()).collect();
        assert!(all.iter().all(|id| id.get_version_num() == 4));
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
        POOL.with_borrow(|pool| assert!(pool.bytes[pool.left..].iter().all(|byte| *byte == 0)));
    }
}

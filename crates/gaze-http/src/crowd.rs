//! How many connections each address has.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gaze_domain::address::household;

/// Of how many refused connections the log is told of one: those who are refused try again.
const TOLD_OF: u64 = 1000;

#[derive(Debug)]
pub(crate) struct Crowd {
    most: usize,
    seats: Mutex<HashMap<IpAddr, usize>>,
    refused: AtomicU64,
}

/// A connection's place; given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    crowd: Arc<Crowd>,
    address: IpAddr,
}

impl Crowd {
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most: most.max(1),
            seats: Mutex::default(),
            refused: AtomicU64::new(0),
        })
    }

    /// A place for one more connection from there, unless there are enough.
    pub(crate) fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Seat> {
        let address = household(address);
        {
            let mut seats = self.seats();
            let taken = seats.entry(address).or_default();
            if *taken < self.most {
                *taken += 1;
                let crowd = Arc::clone(self);
                return Some(Seat { crowd, address });
            }
        }
        let before = self.refused.fetch_add(1, Ordering::Relaxed);
        if before.is_multiple_of(TOLD_OF) {
            tracing::warn!(
                %address, connections = self.most, refused = before + 1,
                "an address has all the connections that one may have"
            );
        }
        None
    }

    fn seats(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.crowd.seats();
        if let Some(taken) = seats.get_mut(&self.address) {
            *taken -= 1;
            if *taken == 0 {
                seats.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_places_and_no_others() {
        let crowd = Crowd::new(2);
        let [here, there] = ["192.0.2.1", "192.0.2.2"].map(|text| text.parse().unwrap());
        let first = crowd.enter(here).unwrap();
        let _second = crowd.enter(here).unwrap();
        assert!(crowd.enter(here).is_none());
        drop(crowd.enter(there).unwrap());
        drop(first);
        drop(crowd.enter(here).unwrap());
        assert_eq!(crowd.seats().len(), 1);
    }
}

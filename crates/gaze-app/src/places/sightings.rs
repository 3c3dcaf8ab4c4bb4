//! What was seen of the pools when they were last looked at. A fresh process looks anew.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError, RwLock};

use gaze_compute::Room;
use gaze_domain::PoolId;

#[derive(Debug, Default)]
pub(crate) struct Sightings {
    last: RwLock<HashMap<PoolId, Sighting>>,
    /// Pools that a thread is looking at.
    looking: Mutex<HashSet<PoolId>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Sighting {
    pub(super) reachable: bool,
    pub(super) room: Option<Room>,
}

impl Sightings {
    pub(super) fn put(&self, id: PoolId, seen: Sighting) {
        self.last
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, seen);
    }

    pub(super) fn find(&self, id: PoolId) -> Option<Sighting> {
        self.last
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&id)
            .copied()
    }

    pub(super) fn forget(&self, id: PoolId) {
        self.last
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&id);
    }

    /// Takes the right to look; `false` if somebody has it.
    pub(super) fn begin(&self, id: PoolId) -> bool {
        self.looking
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id)
    }

    pub(super) fn end(&self, id: PoolId) {
        self.looking
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&id);
    }
}

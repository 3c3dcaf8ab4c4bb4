//! Noticing that tables change, so that what was read from them can be kept until then.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Tells whether some tables have changed. Of a database that only this process writes to.
#[derive(Clone, Debug)]
pub struct Watch {
    changes: Arc<AtomicU64>,
}

impl Watch {
    /// A number that grows with every commit that changes one of the tables, before the commit is
    /// answered. Whoever keeps what it reads asks for the number first and reads then: as long as
    /// the number is the same, nobody has been told of a change that is not in what was read.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }
}

/// All watches on a database, and the tables that the open transaction has changed.
#[derive(Debug, Default)]
pub(crate) struct Watches {
    watched: Mutex<Vec<(&'static [&'static str], Watch)>>,
    touched: Mutex<BTreeSet<String>>,
}

impl Watches {
    pub(crate) fn watch(&self, tables: &'static [&'static str]) -> Watch {
        let watch = Watch {
            changes: Arc::default(),
        };
        self.watched
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((tables, watch.clone()));
        watch
    }

    /// A row of that table was inserted, changed or deleted.
    pub(crate) fn touch(&self, table: &str) {
        let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
        if !touched.contains(table) {
            touched.insert(table.to_owned());
        }
    }

    /// What was touched has been committed, or may have been.
    pub(crate) fn tell(&self) {
        let touched =
            std::mem::take(&mut *self.touched.lock().unwrap_or_else(PoisonError::into_inner));
        let watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        for (tables, watch) in watched.iter() {
            if tables.iter().any(|table| touched.contains(*table)) {
                watch.changes.fetch_add(1, Ordering::SeqCst);
            }
        }
    }
}

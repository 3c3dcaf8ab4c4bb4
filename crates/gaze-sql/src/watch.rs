//! Noticing that tables change, so that what was read from them can be kept until then.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::postgres::changes::Changes;
use crate::{SqlError, request};

/// Tells whether some tables have changed.
#[derive(Clone)]
pub struct Watch {
    changes: Arc<AtomicU64>,
    /// Who has to be asked first. `None` where this process is the only one that writes, and so
    /// knows by itself.
    source: Option<Arc<Changes>>,
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("changes", &self.changes)
            .finish_non_exhaustive()
    }
}

impl Watch {
    /// A number that grows with every commit that changes one of the tables, before the commit is
    /// answered. Whoever keeps what it reads asks for the number first and reads then: as long as
    /// the number is the same, nobody has been told of a change that is not in what was read.
    ///
    /// On PostgreSQL this is a statement of a few microseconds, but see [`request::one_look`].
    pub async fn changes(&self) -> Result<u64, SqlError> {
        if let Some(source) = &self.source
            && !request::has_looked()
        {
            Box::pin(source.look()).await?;
            request::looked();
        }
        Ok(self.changes.load(Ordering::SeqCst))
    }
}

/// All watches on a database, and the tables that the open transaction has changed.
#[derive(Debug, Default)]
pub(crate) struct Watches {
    watched: Mutex<Vec<(&'static [&'static str], Arc<AtomicU64>)>>,
    touched: Mutex<BTreeSet<String>>,
}

impl Watches {
    pub(crate) fn watch(
        &self,
        tables: &'static [&'static str],
        source: Option<Arc<Changes>>,
    ) -> Watch {
        let changes = Arc::default();
        self.watched().push((tables, Arc::clone(&changes)));
        Watch { changes, source }
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
        for (tables, changes) in self.watched().iter() {
            if tables.iter().any(|table| touched.contains(*table)) {
                changes.fetch_add(1, Ordering::SeqCst);
            }
        }
    }

    /// How often each table has been changed in all, as it once was: numbers that have grown
    /// beyond that meanwhile stay. Above all of them is what `least` says.
    pub(crate) fn tell_sums(&self, least: u64, sums: &[(&str, u64)]) {
        for (tables, changes) in self.watched().iter() {
            let of_these = sums.iter().filter(|(table, _)| tables.contains(table));
            let sum: u64 = of_these.map(|(_, number)| number).sum();
            changes.fetch_max(least.saturating_add(sum), Ordering::SeqCst);
        }
    }

    fn watched(&self) -> MutexGuard<'_, Vec<(&'static [&'static str], Arc<AtomicU64>)>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! The handle on the jobs of a database.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gaze_sql::{Db, SqlError};
use tokio::sync::Notify;

use crate::live::Registry;
use crate::unfinished::Unfinished;
use crate::{Class, Clock, MIGRATIONS};

/// How the jobs are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long a claim holds without a heartbeat. Heartbeats come three times as often.
    pub lease: Duration,
    /// How often to look for jobs that nothing in this process announced: due again, enqueued or
    /// finished by another process, or abandoned by a dead one.
    pub poll: Duration,
    /// How many jobs of [`Class::Transfer`] run at once; at least 1.
    pub transfers: usize,
    /// How many jobs of [`Class::Quick`] run at once; at least 1.
    pub quick: usize,
    /// How many jobs of [`Class::Notice`] run at once; at least 1.
    pub notices: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            lease: Duration::from_secs(30),
            poll: Duration::from_secs(1),
            transfers: 4,
            quick: 8,
            notices: 8,
        }
    }
}

/// The jobs of a database. Clones share everything.
#[derive(Clone, Debug)]
pub struct Jobs {
    pub(crate) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) db: Db,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) options: Options,
    /// Told apart from every other process, also from an earlier run of this one.
    pub(crate) lease_owner: String,
    pub(crate) registry: Registry,
    pub(crate) unfinished: Unfinished,
    pub(crate) waiting: Mutex<HashMap<String, Arc<Notify>>>,
    transfer_due: Notify,
    quick_due: Notify,
    notice_due: Notify,
}

impl Jobs {
    /// Brings the table up to date. Runs nothing yet: see [`Jobs::run`].
    pub async fn open(db: &Db, clock: Arc<dyn Clock>, options: Options) -> Result<Jobs, SqlError> {
        db.migrate("jobs", MIGRATIONS).await?;
        let lease_owner = clock.fresh_id();
        let shared = Shared {
            db: db.clone(),
            clock,
            options,
            lease_owner,
            registry: Registry::default(),
            unfinished: Unfinished::new(db),
            waiting: Mutex::default(),
            transfer_due: Notify::new(),
            quick_due: Notify::new(),
            notice_due: Notify::new(),
        };
        Ok(Jobs {
            shared: Arc::new(shared),
        })
    }
}

impl Shared {
    pub(crate) fn now(&self) -> i64 {
        self.clock.now_micros()
    }

    pub(crate) fn after(&self, delay: Duration) -> i64 {
        let micros = i64::try_from(delay.as_micros()).unwrap_or(i64::MAX);
        self.now().saturating_add(micros)
    }

    /// What tells the dispatcher of the class that a job may be due.
    pub(crate) fn due(&self, class: Class) -> &Notify {
        match class {
            Class::Transfer => &self.transfer_due,
            Class::Quick => &self.quick_due,
            Class::Notice => &self.notice_due,
        }
    }

    pub(crate) fn wake_all(&self) {
        for class in Class::ALL {
            self.due(class).notify_one();
        }
    }
}

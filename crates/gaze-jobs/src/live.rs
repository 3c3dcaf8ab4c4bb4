//! What this process knows of the jobs it is running, fresher than the database.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::Job;

/// How far a job is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) done: u64,
    pub(crate) total: Option<u64>,
    pub(crate) stage: String,
}

/// A job running in this process.
#[derive(Debug)]
pub(crate) struct Live {
    progress: Mutex<Progress>,
    cancel_requested: AtomicBool,
    finished: AtomicBool,
    lost: AtomicBool,
    /// Fires when the lease is lost, and on shutdown.
    pub(crate) base: CancellationToken,
    /// Fires with `base` and on a request to cancel.
    pub(crate) work: CancellationToken,
}

impl Live {
    pub(crate) fn new(base: CancellationToken, progress: Progress) -> Live {
        Live {
            progress: Mutex::new(progress),
            cancel_requested: AtomicBool::new(false),
            finished: AtomicBool::new(false),
            lost: AtomicBool::new(false),
            work: base.child_token(),
            base,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn progress(&self) -> Progress {
        self.lock().clone()
    }

    pub(crate) fn set_progress(&self, done: u64, total: Option<u64>) {
        let mut progress = self.lock();
        progress.done = done;
        progress.total = total;
    }

    pub(crate) fn set_stage(&self, stage: &str) {
        stage.clone_into(&mut self.lock().stage);
    }

    pub(crate) fn cancel(&self) {
        self.cancel_requested.store(true, Ordering::Release);
        self.work.cancel();
    }

    pub(crate) fn cancel_requested(&self) -> bool {
        self.cancel_requested.load(Ordering::Acquire)
    }

    pub(crate) fn finish(&self) {
        self.finished.store(true, Ordering::Release);
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.finished.load(Ordering::Acquire)
    }

    pub(crate) fn lose(&self) {
        self.lost.store(true, Ordering::Release);
        self.base.cancel();
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }
}

/// The live jobs by id.
#[derive(Debug, Default)]
pub(crate) struct Registry(Mutex<HashMap<String, Arc<Live>>>);

impl Registry {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Live>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn insert(&self, id: &str, live: &Arc<Live>) {
        self.lock().insert(id.to_owned(), Arc::clone(live));
    }

    /// Takes this very entry out; one of a later claim stays.
    pub(crate) fn remove(&self, id: &str, live: &Arc<Live>) {
        let mut jobs = self.lock();
        if jobs.get(id).is_some_and(|entry| Arc::ptr_eq(entry, live)) {
            jobs.remove(id);
        }
    }

    pub(crate) fn get(&self, id: &str) -> Option<Arc<Live>> {
        self.lock().get(id).cloned()
    }

    /// Puts the live progress in place of what the database last heard.
    pub(crate) fn refresh(&self, job: &mut Job) {
        if job.state.is_final() {
            return;
        }
        if let Some(live) = self.get(&job.id) {
            let Progress { done, total, stage } = live.progress();
            job.progress_done = done;
            job.progress_total = total;
            job.stage = stage;
        }
    }
}

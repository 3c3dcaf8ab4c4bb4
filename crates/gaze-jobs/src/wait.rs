//! Waiting for a job to be finished.

use std::collections::HashMap;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use gaze_sql::SqlError;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::jobs::Shared;
use crate::{Job, Jobs};

impl Jobs {
    /// Returns the job once it is finished, or as it is when the time is up; `None` at once if
    /// there is no such job.
    pub async fn wait(&self, id: &str, timeout: Duration) -> Result<Option<Job>, SqlError> {
        let deadline = Instant::now() + timeout;
        let waiter = Waiter::new(&self.shared, id);
        loop {
            // Registered before the look, so that what happens between the two is not missed.
            let mut finished = std::pin::pin!(waiter.notify.notified());
            finished.as_mut().enable();
            let job = self.find(id).await?;
            let now = Instant::now();
            if now >= deadline || job.as_ref().is_none_or(|job| job.state.is_final()) {
                return Ok(job);
            }
            // A job that another process finishes is announced by nobody: look again.
            let pause = self.shared.options.poll.min(deadline - now);
            tokio::select! {
                () = finished => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, HashMap<String, Arc<Notify>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells those who wait for the job to look again.
    pub(crate) fn announce_finished(&self, id: &str) {
        if let Some(notify) = self.waiting().get(id) {
            notify.notify_waiters();
        }
    }
}

/// A place among those who wait for a job.
struct Waiter<'a> {
    shared: &'a Shared,
    id: &'a str,
    notify: Arc<Notify>,
}

impl<'a> Waiter<'a> {
    fn new(shared: &'a Shared, id: &'a str) -> Waiter<'a> {
        let notify = Arc::clone(shared.waiting().entry(id.to_owned()).or_default());
        Waiter { shared, id, notify }
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        const MAP_AND_THIS: usize = 2;
        let mut waiting = self.shared.waiting();
        if Arc::strong_count(&self.notify) <= MAP_AND_THIS {
            waiting.remove(self.id);
        }
    }
}

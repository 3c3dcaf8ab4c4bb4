//! Keeps a lease alive while its holder works.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::lease::{Beat, Lease};

/// How often progress is written at most.
const PROGRESS_EVERY: Duration = Duration::from_secs(1);

/// Stops the heartbeats of a lease when dropped.
#[derive(Debug)]
pub(crate) struct Keeper(#[expect(dead_code, reason = "works by being dropped")] DropGuard);

/// What happens to the job of a keeper that was dropped before the job was finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Afterwards {
    /// The holder of the keeper sees to it.
    Leave,
    /// It is given back, so that it is claimed at once instead of when the lease has run out.
    Release,
}

impl Keeper {
    /// The keeper, and the work that must be spawned for it.
    pub(crate) fn new(
        lease: Lease,
        afterwards: Afterwards,
    ) -> (Keeper, impl Future<Output = ()> + Send + 'static) {
        let stop = CancellationToken::new();
        let keeper = Keeper(stop.clone().drop_guard());
        let work = async move {
            stop.run_until_cancelled(keep(&lease)).await;
            stop.cancelled().await;
            lease.shared.registry.remove(&lease.id, &lease.live);
            if afterwards == Afterwards::Release && !lease.live.is_finished() {
                give_back(&lease).await;
            }
        };
        (keeper, work)
    }
}

/// Returns when the job is finished or the lease is lost.
async fn keep(lease: &Lease) {
    let term = lease.shared.options.lease;
    let beat_every = term / 3;
    let tick = beat_every.min(PROGRESS_EVERY).max(Duration::from_millis(1));
    let mut written = None;
    let mut extended = Instant::now();
    loop {
        tokio::time::sleep(tick).await;
        if lease.live.is_finished() {
            return;
        }
        let progress = lease.live.progress();
        // The first tick always beats: a request to cancel may have been committed between the
        // claim and the moment when this process knew the job as its own.
        if written.as_ref() == Some(&progress) && extended.elapsed() < beat_every {
            continue;
        }
        let asked = Instant::now();
        match tokio::time::timeout(beat_every, lease.heartbeat(progress.clone())).await {
            Ok(Ok(Beat::Held { cancel_requested })) => {
                written = Some(progress);
                extended = asked;
                if cancel_requested {
                    lease.live.cancel();
                }
                continue;
            }
            Ok(Ok(Beat::Finished)) => return,
            Ok(Ok(Beat::Lost)) => {
                tracing::warn!(job = lease.id, "lost the lease on a job");
                lease.live.lose();
                return;
            }
            Ok(Err(error)) => tracing::warn!(?error, job = lease.id, "extending a lease"),
            Err(_elapsed) => tracing::warn!(job = lease.id, "extending a lease takes too long"),
        }
        // Stop while the lease still holds, before another process begins the same work.
        if extended.elapsed() >= beat_every * 2 {
            lease.live.lose();
            return;
        }
    }
}

async fn give_back(lease: &Lease) {
    match lease.release().await {
        Ok(true) => lease.shared.wake_all(),
        Ok(false) => {}
        Err(error) => tracing::warn!(?error, job = lease.id, "giving back an inline job"),
    }
}

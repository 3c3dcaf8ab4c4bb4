//! Sums of instants and durations that end at the last instant instead of overflowing; and waiting so
//! long and no longer.

use std::time::Duration;

use gaze_domain::Timestamp;

pub(crate) fn after(start: Timestamp, wait: Duration) -> Timestamp {
    let wait = i64::try_from(wait.as_micros()).unwrap_or(i64::MAX);
    let micros = start.as_microsecond().saturating_add(wait);
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
}

pub(crate) fn before(end: Timestamp, wait: Duration) -> Timestamp {
    let wait = i64::try_from(wait.as_micros()).unwrap_or(i64::MAX);
    let micros = end.as_microsecond().saturating_sub(wait);
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MIN)
}

/// What comes of it, if that is soon enough. What is waited for is dropped if it is not.
pub async fn within<F: Future>(limit: Duration, running: F) -> Option<F::Output> {
    tokio::time::timeout(limit, running).await.ok()
}

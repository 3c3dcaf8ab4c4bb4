//! Whether a peer that is waited for brings, or takes, enough.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

/// The least that a client must bring or take, in bytes a second of the time that is spent waiting
/// for it. Less than any line has that images travel over; a client that drips a byte now and then
/// is cut off after one window of waiting.
const SLOWEST: u64 = 512;

/// Counts bytes against the time that was spent waiting for them. There is no limit on the whole:
/// a slow transfer that advances is a good transfer, and time that is not the peer's fault (a store
/// that is busy, a turn that is waited for) does not count.
#[derive(Debug)]
pub(crate) struct Steady {
    /// So much waiting must have brought something; also the longest silence.
    window: Duration,
    least: u64,
    /// Of the present window, before the wait that goes on.
    waited: Duration,
    moved: u64,
    /// When the wait that goes on began.
    since: Option<Instant>,
    /// One timer for all waits; it may fire early, never late.
    timer: Option<Pin<Box<Sleep>>>,
}

impl Steady {
    pub(crate) fn new(window: Duration) -> Self {
        Self {
            window,
            least: least(window),
            waited: Duration::ZERO,
            moved: 0,
            since: None,
            timer: None,
        }
    }

    pub(crate) fn window(&self) -> Duration {
        self.window
    }

    /// Something came through.
    pub(crate) fn moved(&mut self, bytes: usize) {
        self.moved = self.moved.saturating_add(bytes as u64);
        if let Some(since) = self.since.take() {
            self.waited += since.elapsed();
        }
    }

    /// Nothing comes through now. Ready when the peer has been too slow.
    pub(crate) fn poll_too_slow(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let since = *self.since.get_or_insert_with(Instant::now);
        loop {
            let end = since + self.window.saturating_sub(self.waited);
            let timer = self
                .timer
                .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(end)));
            ready!(timer.as_mut().poll(context));
            if Instant::now() < end {
                timer.as_mut().reset(end);
            } else if self.moved < self.least {
                return Poll::Ready(());
            } else {
                // The present silence counts in full in the next window.
                (self.waited, self.moved) = (Duration::ZERO, 0);
                let next = (since + self.window).max(Instant::now());
                timer.as_mut().reset(next);
            }
        }
    }
}

/// At least one byte, also where the window is short.
fn least(window: Duration) -> u64 {
    let millis = u64::try_from(window.as_millis()).unwrap_or(u64::MAX);
    (millis.saturating_mul(SLOWEST) / 1000).max(1)
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    const WINDOW: Duration = Duration::from_secs(10);
    const ENOUGH: usize = 5120;

    /// Whether the peer is given up that brings so many bytes after each pause.
    async fn is_given_up(pieces: &[(u64, usize)]) -> bool {
        let mut steady = Steady::new(WINDOW);
        for (pause, bytes) in pieces {
            let silence = Duration::from_secs(*pause);
            let slow = poll_fn(|context| steady.poll_too_slow(context));
            if tokio::time::timeout(silence, slow).await.is_ok() {
                return true;
            }
            steady.moved(*bytes);
        }
        false
    }

    #[tokio::test(start_paused = true)]
    async fn a_drip_is_given_up_and_a_slow_stream_is_not() {
        assert!(is_given_up(&[(1, 1); 20]).await);
        assert!(is_given_up(&[(1, 511); 20]).await);
        assert!(!is_given_up(&[(1, 600); 200]).await);
        assert!(!is_given_up(&[(9, ENOUGH), (1, 1), (8, ENOUGH)]).await);
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_given_up_whatever_came_before() {
        assert!(is_given_up(&[(1, 1 << 30), (11, 0)]).await);
        assert!(!is_given_up(&[(1, 1 << 30), (9, ENOUGH), (9, ENOUGH)]).await);
    }

    #[tokio::test(start_paused = true)]
    async fn time_that_is_not_the_peers_does_not_count() {
        let mut steady = Steady::new(WINDOW);
        for _ in 0..100 {
            tokio::time::advance(Duration::from_secs(100)).await;
            steady.moved(1);
        }
        let slow = poll_fn(|context| steady.poll_too_slow(context));
        let silence = tokio::time::timeout(WINDOW / 2, slow).await;
        assert!(silence.is_err());
    }
}

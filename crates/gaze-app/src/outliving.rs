//! Work that a request begins, and that is ended in order if its client leaves.

use std::pin::Pin;
use std::task::{Context, Poll};

use gaze_jobs::BoxFuture;
use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

/// Runs where it is waited for. If nobody waits any more, the rest runs as a task of its own.
///
/// So what a client sends is read by the task that serves its connection, and no other has to be
/// woken, on another processor, for each piece.
pub(crate) struct Outliving<T: Send + 'static> {
    /// `None` when it has ended.
    work: Option<BoxFuture<'static, T>>,
    tasks: TaskTracker,
}

impl<T: Send> Outliving<T> {
    pub(crate) fn new(tasks: &TaskTracker, work: impl Future<Output = T> + Send + 'static) -> Self {
        Self {
            work: Some(Box::pin(work)),
            tasks: tasks.clone(),
        }
    }
}

impl<T: Send> Future for Outliving<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let Some(work) = &mut self.work else {
            return Poll::Pending;
        };
        let polled = work.as_mut().poll(context);
        if polled.is_ready() {
            self.work = None;
        }
        polled
    }
}

impl<T: Send> Drop for Outliving<T> {
    fn drop(&mut self) {
        // What has panicked has no rest; and where there is no runtime, the process ends.
        if !std::thread::panicking()
            && let Some(work) = self.work.take()
            && let Ok(runtime) = Handle::try_current()
        {
            self.tasks.spawn_on(work.in_current_span(), &runtime);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn it_runs_in_the_task_that_waits_for_it() {
        let tasks = TaskTracker::new();
        let of_the_test = tokio::task::try_id();
        let outliving = Outliving::new(&tasks, async { tokio::task::try_id() });
        assert_eq!(outliving.await, of_the_test);
        assert!(tasks.is_empty());
    }

    #[tokio::test]
    async fn it_goes_on_where_it_was_when_nobody_waits_any_more() {
        let tasks = TaskTracker::new();
        let (go, may_go) = oneshot::channel();
        let (told, end) = oneshot::channel();
        let mut begun = 0;
        let outliving = Outliving::new(&tasks, async move {
            begun += 1;
            may_go.await.ok();
            told.send(begun).ok();
        });
        let left = tokio::time::timeout(Duration::from_millis(1), outliving).await;
        assert!(left.is_err());
        go.send(()).unwrap();
        assert_eq!(end.await.unwrap(), 1);
        tasks.close();
        tasks.wait().await;
    }
}

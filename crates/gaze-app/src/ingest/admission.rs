//! Who may bring bytes, and when: so that nobody's storm of uploads stops another's one, or the
//! answers to everybody's questions.

use std::time::Duration;

use gaze_domain::ProjectId;

use crate::App;
use crate::turns::{Tally, Turn, Turns};

/// Pieces of images that are at work at once, for each processor: inspected, or handed to digests
/// and stores. Fewer would let a slow store idle the processors, more would crowd out requests.
const PIECES_OF_A_PROCESSOR: usize = 2;
/// The longest that a piece keeps its turn while it waits for its store: a store that hangs must
/// not hold up the others.
const LONGEST_TURN: Duration = Duration::from_secs(1);

/// How many uploads there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UploadCounts {
    /// Those whose bytes are taken.
    pub running: usize,
    /// Those that wait for their turn.
    pub waiting: usize,
}

impl App {
    pub fn upload_counts(&self) -> UploadCounts {
        let Tally { held, waiting } = self.admission().uploads.tally();
        UploadCounts {
            running: held,
            waiting,
        }
    }
}

/// Uploads and pieces of all transfers, shared fairly between projects.
#[derive(Debug)]
pub(crate) struct Admission {
    uploads: Turns<ProjectId>,
    pieces: Turns<ProjectId>,
    longest_turn: Duration,
}

impl Admission {
    /// So many uploads at once, of one project at most half of them: another's first upload finds
    /// a place. The bodies of the others are not read until their turn comes.
    pub(crate) fn new(uploads: usize) -> Self {
        let processors = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let pieces = processors * PIECES_OF_A_PROCESSOR;
        Self {
            uploads: Turns::new(uploads, uploads.div_ceil(2)),
            pieces: Turns::new(pieces, pieces),
            longest_turn: LONGEST_TURN,
        }
    }

    /// Waits until an upload may begin; it may go on until the turn is dropped.
    pub(crate) async fn upload(&self, owner: ProjectId) -> Turn<ProjectId> {
        self.uploads.take(owner).await
    }

    /// Works on a piece when it is its project's turn. A client that sends slowly holds no turn
    /// while it is waited for.
    pub(crate) async fn piece<T>(&self, owner: ProjectId, work: impl Future<Output = T>) -> T {
        let turn = self.pieces.take(owner).await;
        let mut work = std::pin::pin!(work);
        if let Ok(done) = tokio::time::timeout(self.longest_turn, &mut work).await {
            return done;
        }
        drop(turn);
        work.await
    }
}

#[cfg(test)]
mod tests {
    use std::task::Poll;

    use futures_util::poll;

    use super::*;

    fn project(n: u128) -> ProjectId {
        ProjectId::new(uuid::Uuid::from_u128(n))
    }

    #[tokio::test]
    async fn half_of_the_places_are_for_others() {
        let admission = Admission::new(4);
        let storm = [
            admission.upload(project(1)).await,
            admission.upload(project(1)).await,
        ];
        let mut third = Box::pin(admission.upload(project(1)));
        assert!(poll!(&mut third).is_pending());
        drop(admission.upload(project(2)).await);
        assert_eq!(
            admission.uploads.tally(),
            Tally {
                held: 2,
                waiting: 1
            }
        );
        drop(storm);
        assert!(poll!(&mut third).is_ready());
    }

    #[tokio::test]
    async fn a_store_that_hangs_does_not_keep_the_turns() {
        let mut admission = Admission::new(1);
        admission.longest_turn = Duration::ZERO;
        let many = admission.pieces.clone();
        let hanging: Vec<_> = (0..64)
            .map(|_| Box::pin(admission.piece(project(1), std::future::pending::<()>())))
            .collect();
        let mut hanging = Box::pin(futures_util::future::join_all(hanging));
        let other = admission.piece(project(2), async { many.tally().held });
        let mut other = Box::pin(other);
        // Each look lets those go on whose turn has been too long.
        let held = loop {
            assert!(poll!(&mut hanging).is_pending());
            if let Poll::Ready(held) = poll!(&mut other) {
                break held;
            }
            tokio::task::yield_now().await;
        };
        assert!(held > 0);
    }
}

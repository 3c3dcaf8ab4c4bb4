//! One look for changes for all that a request asks for.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// A request that lasts longer looks again, so that an upload of an hour does not go by what was
/// true when it began.
const FRESH: Duration = Duration::from_millis(50);

tokio::task_local! {
    static LOOKED: Cell<Option<Instant>>;
}

/// Lets the watches of one database look once for the whole request instead of each time that
/// they are asked: what was answered before the request began is seen all the same, since the
/// look is made within it. A write of the request itself makes them look again.
pub async fn one_look<F: Future>(request: F) -> F::Output {
    LOOKED.scope(Cell::new(None), request).await
}

pub(crate) fn has_looked() -> bool {
    let looked = LOOKED.try_with(Cell::get).unwrap_or(None);
    looked.is_some_and(|at| at.elapsed() < FRESH)
}

/// Outside of a request there is nothing to remember it for.
pub(crate) fn looked() {
    LOOKED
        .try_with(|looked| looked.set(Some(Instant::now())))
        .unwrap_or_default();
}

pub(crate) fn wrote() {
    LOOKED
        .try_with(|looked| looked.set(None))
        .unwrap_or_default();
}

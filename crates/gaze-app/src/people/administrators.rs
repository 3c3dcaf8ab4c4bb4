//! The service is never left without an administrator who can log in.

use gaze_catalog::{Failure, Tx, user};
use gaze_domain::{Error, Noun};

/// Refuses what has left no administrator, and so undoes it. The transaction has begun with
/// [`user::lock_administrators`].
pub(super) async fn some_must_remain(tx: &mut Tx, noun: Noun, id: &str) -> Result<(), Failure> {
    if user::count_administrators(tx).await? > 0 {
        return Ok(());
    }
    Err(Error::WrongState {
        noun,
        id: id.to_owned(),
        state: "the last administrator's".into(),
        needed: "the service needs an administrator who can log in".into(),
    }
    .into())
}

//! Between our API's JSON and the domain: pure functions.

pub(crate) mod export;
pub(crate) mod identity;
pub(crate) mod image;
pub(crate) mod job;
pub(crate) mod list;
pub(crate) mod machine;
pub(crate) mod place;
pub(crate) mod store;

use gaze_app::StoreChoice;
use gaze_domain::StoreId;

use crate::wire::value::Id;

/// No store named means that the service chooses.
pub(crate) fn store_choice(stores: &[Id<StoreId>]) -> StoreChoice {
    if stores.is_empty() {
        StoreChoice::Auto
    } else {
        StoreChoice::Named(stores.iter().map(|id| id.0).collect())
    }
}

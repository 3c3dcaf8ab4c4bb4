//! Between our API's JSON and the domain: pure functions.

pub(crate) mod export;
pub(crate) mod identity;
pub(crate) mod image;
pub(crate) mod job;
pub(crate) mod list;
pub(crate) mod machine;
pub(crate) mod metadef;
pub(crate) mod place;
pub(crate) mod store;

use gaze_app::StoreChoice;
use gaze_domain::{Error, StoreId};

use crate::query::Parameters;
use crate::wire::value::Id;

/// The stores that a query names, which may be none.
pub(crate) fn stores(query: &mut Parameters) -> Result<Vec<StoreId>, Error> {
    let parse = list::id(StoreId::parse);
    let stores = query.many("store");
    stores
        .iter()
        .map(|text| parse(text).map_err(|reason| Error::invalid("store", reason)))
        .collect()
}

/// No store named means that the service chooses.
pub(crate) fn store_choice(stores: &[Id<StoreId>]) -> StoreChoice {
    if stores.is_empty() {
        StoreChoice::Auto
    } else {
        StoreChoice::Named(stores.iter().map(|id| id.0).collect())
    }
}

//! GetBackupStorageCapacity: the room of several stores together.

use gaze_domain::{Noun, StoreId, ZoneId};
use gaze_http::Coverage;

use super::{ids, must_exist};
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::{Failure, invalid_argument};
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "GetBackupStorageCapacity",
    class: "org.zstack.header.storage.backup.APIGetBackupStorageCapacityMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/backup-storage/capacities"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[
        Field::list("zoneUuids").naming(Noun::Zone),
        Field::list("backupStorageUuids").naming(Noun::Store),
        Field::flag("all"),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let zones: Option<Vec<ZoneId>> = ids(call, "zoneUuids")?;
    let named: Option<Vec<StoreId>> = ids(call, "backupStorageUuids")?;
    if zones.is_none() && named.is_none() && call.params.flag("all") != Some(true) {
        return Err(invalid_argument(
            "zoneUuids, backupStorageUuids must have at least one be none-empty list, or all is \
             set to true",
        ));
    }
    let stores = call
        .app
        .list_stores(caller)
        .await
        .map_err(|error| call.failure(&error))?;
    let known: Vec<StoreId> = stores.iter().map(|store| store.id).collect();
    must_exist("backupStorageUuids", Noun::Store, named.as_deref(), &known)?;
    let meant = stores.iter().filter(|store| {
        named.as_ref().is_none_or(|named| named.contains(&store.id))
            && zones
                .as_ref()
                .is_none_or(|zones| zones.iter().any(|zone| store.serves(*zone)))
    });
    let (total, available) = meant.fold((0_u64, 0_u64), |(total, available), store| {
        (
            total.saturating_add(store.capacity.0),
            available.saturating_add(store.available().0),
        )
    });
    Ok(Answer::empty()
        .with("totalCapacity", total)
        .with("availableCapacity", available)
        .with("success", true)
        .into())
}

//! GetPrimaryStorageCapacity: the room of several pools together.

use gaze_domain::{ClusterId, Noun, PoolId, ZoneId};
use gaze_http::Coverage;

use super::{ids, must_exist};
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::{Failure, invalid_argument};
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "GetPrimaryStorageCapacity",
    class: "org.zstack.header.storage.primary.APIGetPrimaryStorageCapacityMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/primary-storage/capacities"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[
        Field::list("zoneUuids").naming(Noun::Zone),
        Field::list("clusterUuids").naming(Noun::Cluster),
        Field::list("primaryStorageUuids").naming(Noun::Pool),
        Field::flag("all"),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let zones: Option<Vec<ZoneId>> = ids(call, "zoneUuids")?;
    let clusters: Option<Vec<ClusterId>> = ids(call, "clusterUuids")?;
    let named: Option<Vec<PoolId>> = ids(call, "primaryStorageUuids")?;
    let nothing = zones.is_none() && clusters.is_none() && named.is_none();
    if nothing && call.params.flag("all") != Some(true) {
        return Err(invalid_argument(
            "zoneUuids, clusterUuids, primaryStorageUuids must have at least one be none-empty \
             list, or all is set to true",
        ));
    }
    let pools = call
        .app
        .list_seen_pools(call.caller()?)
        .await
        .map_err(|error| call.failure(&error))?;
    let known: Vec<PoolId> = pools.iter().map(|seen| seen.pool.id).collect();
    must_exist("primaryStorageUuids", Noun::Pool, named.as_deref(), &known)?;
    let meant = pools.iter().filter(|seen| {
        named
            .as_ref()
            .is_none_or(|named| named.contains(&seen.pool.id))
            && zones
                .as_ref()
                .is_none_or(|zones| zones.contains(&seen.pool.zone))
            && clusters
                .as_ref()
                .is_none_or(|named| seen.clusters.iter().any(|one| named.contains(one)))
    });
    let (total, available) =
        meant
            .filter_map(|seen| seen.room)
            .fold((0_u64, 0_u64), |(total, available), room| {
                (
                    total.saturating_add(room.total),
                    available.saturating_add(room.available),
                )
            });
    Ok(Answer::empty()
        .with("totalCapacity", total)
        .with("availableCapacity", available)
        .with("totalPhysicalCapacity", total)
        .with("availablePhysicalCapacity", available)
        .with("success", true)
        .into())
}

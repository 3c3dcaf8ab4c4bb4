//! Pool → PrimaryStorageInventory.

use gaze_app::SeenPool;
use gaze_domain::ClusterId;

use super::words;
use crate::wire::date;
use crate::wire::primary_storage::PrimaryStorage;

/// A pool with what was last seen of it. Nothing is promised beyond what the disk has, so both
/// pairs of capacities are the disk's own; a pool whose disk is not known has none.
pub(crate) fn inventory(seen: &SeenPool) -> PrimaryStorage {
    let pool = &seen.pool;
    let (total, available) = (
        seen.room.map(|room| room.total),
        seen.room.map(|room| room.available),
    );
    PrimaryStorage {
        uuid: pool.id.hex(),
        zone_uuid: pool.zone.hex(),
        name: pool.name.clone(),
        url: pool.path.clone(),
        description: pool.description.clone(),
        total_capacity: total,
        available_capacity: available,
        total_physical_capacity: total,
        available_physical_capacity: available,
        r#type: words::pool_kind(pool.kind),
        state: words::enabled(pool.enabled),
        status: if seen.reachable {
            "Connected"
        } else {
            "Disconnected"
        },
        mount_path: pool.path.clone(),
        create_date: date::show(pool.created_at),
        last_op_date: date::show(pool.updated_at),
        attached_cluster_uuids: seen.clusters.iter().copied().map(ClusterId::hex).collect(),
    }
}

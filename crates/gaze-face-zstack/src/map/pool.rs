//! Pool → PrimaryStorageInventory.

use gaze_domain::Pool;

use super::words;
use crate::wire::date;
use crate::wire::primary_storage::PrimaryStorage;

/// Pools are not watched, so an existing one counts as connected.
pub(crate) fn inventory(pool: &Pool) -> PrimaryStorage {
    PrimaryStorage {
        uuid: pool.id.hex(),
        zone_uuid: pool.zone.hex(),
        name: pool.name.clone(),
        url: pool.path.clone(),
        r#type: words::pool_kind(pool.kind),
        state: words::enabled(pool.enabled),
        status: "Connected",
        create_date: date::show(pool.created_at),
        last_op_date: date::show(pool.updated_at),
    }
}

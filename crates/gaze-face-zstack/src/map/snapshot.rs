//! Snapshot → VolumeSnapshotInventory.

use gaze_app::PlacedSnapshot;
use gaze_domain::SnapshotId;

use super::words;
use crate::wire::date;
use crate::wire::volume_snapshot::VolumeSnapshot;

/// A registered snapshot is a file of a backing chain, so it is of the hypervisor's kind; a volume
/// has one tree, which is called by the volume's id.
pub(crate) fn inventory(placed: &PlacedSnapshot) -> VolumeSnapshot {
    let snapshot = &placed.snapshot;
    VolumeSnapshot {
        uuid: snapshot.id.hex(),
        name: snapshot.name.clone(),
        description: snapshot.description.clone(),
        r#type: "Hypervisor",
        volume_uuid: snapshot.volume.hex(),
        tree_uuid: snapshot.volume.hex(),
        parent_uuid: placed.parent.map(SnapshotId::hex),
        primary_storage_uuid: placed.volume.pool.hex(),
        primary_storage_install_path: snapshot.path.clone(),
        volume_type: words::volume_role(placed.volume.role),
        format: words::format(snapshot.format),
        latest: placed.latest,
        size: snapshot.allocated.0,
        state: words::enabled(true),
        status: "Ready",
        create_date: date::show(snapshot.created_at),
        last_op_date: date::show(snapshot.updated_at),
        backup_storage_refs: [],
    }
}

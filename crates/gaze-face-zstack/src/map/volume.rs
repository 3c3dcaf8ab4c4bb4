//! Volume → VolumeInventory.

use gaze_domain::{InstanceId, Volume};

use super::words;
use crate::wire::date;
use crate::wire::volume as wire;

/// A registered volume is always enabled and ready; its bytes are where its owner put them.
pub(crate) fn inventory(volume: &Volume) -> wire::Volume {
    wire::Volume {
        uuid: volume.id.hex(),
        name: volume.name.clone(),
        primary_storage_uuid: volume.pool.hex(),
        vm_instance_uuid: volume.instance.map(InstanceId::hex),
        install_path: volume.path.clone(),
        r#type: words::volume_role(volume.role),
        format: words::format(volume.format),
        size: volume.size.0,
        actual_size: volume.allocated.0,
        state: words::enabled(true),
        status: "Ready",
        create_date: date::show(volume.created_at),
        last_op_date: date::show(volume.updated_at),
        is_shareable: false,
    }
}

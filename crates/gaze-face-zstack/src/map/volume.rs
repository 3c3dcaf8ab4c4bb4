//! Volume → VolumeInventory.

use gaze_domain::{ImageId, InstanceId, Volume, VolumeRole};

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
        root_image_uuid: volume.image.map(ImageId::hex),
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
        device_id: (volume.instance.is_some() && volume.role == VolumeRole::Root).then_some(0),
        last_vm_instance_uuid: volume.last_instance.map(InstanceId::hex),
        last_detach_date: volume.detached_at.map(date::show),
    }
}

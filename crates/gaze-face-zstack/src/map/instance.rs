//! Instance → VmInstanceInventory.

use gaze_app::Seen;
use gaze_domain::{ImageId, VolumeId};

use super::{volume, words};
use crate::wire::date;
use crate::wire::vm_instance::VmInstance;

pub(crate) fn inventory(seen: &Seen) -> VmInstance {
    let instance = &seen.instance;
    VmInstance {
        uuid: instance.id.hex(),
        name: instance.name.clone(),
        description: instance.description.clone(),
        zone_uuid: instance.zone.hex(),
        cluster_uuid: instance.cluster.hex(),
        image_uuid: instance.image.map(ImageId::hex),
        root_volume_uuid: instance.root_volume.map(VolumeId::hex),
        platform: words::platform(instance.platform),
        architecture: words::architecture(instance.architecture),
        guest_os_type: instance.guest_os.clone(),
        r#type: "UserVm",
        hypervisor_type: "KVM",
        state: words::instance_state(seen.state),
        all_volumes: seen.volumes.iter().map(volume::inventory).collect(),
        create_date: date::show(instance.created_at),
        last_op_date: date::show(instance.updated_at),
    }
}

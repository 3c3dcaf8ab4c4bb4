//! VmInstanceInventory (`org.zstack.header.vm.VmInstanceInventory`), as far as images are
//! concerned: no processors, memory or networks.

use serde::Serialize;

use super::Inventory;
use super::volume::Volume;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VmInstance {
    pub(crate) uuid: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) zone_uuid: String,
    pub(crate) cluster_uuid: String,
    pub(crate) image_uuid: Option<String>,
    pub(crate) root_volume_uuid: Option<String>,
    pub(crate) platform: &'static str,
    pub(crate) architecture: &'static str,
    pub(crate) guest_os_type: Option<String>,
    pub(crate) r#type: &'static str,
    pub(crate) hypervisor_type: &'static str,
    pub(crate) state: &'static str,
    pub(crate) all_volumes: Vec<Volume>,
    pub(crate) create_date: String,
    pub(crate) last_op_date: String,
}

impl Inventory for VmInstance {
    const CLASS: &'static str = "org.zstack.header.vm.VmInstanceInventory";
    const NESTED: &'static [(&'static str, &'static str)] = &[("allVolumes", Volume::CLASS)];
    const FIELDS: &'static [&'static str] = &[
        "uuid",
        "name",
        "description",
        "zoneUuid",
        "clusterUuid",
        "imageUuid",
        "rootVolumeUuid",
        "platform",
        "architecture",
        "guestOsType",
        "type",
        "hypervisorType",
        "state",
        "allVolumes",
        "createDate",
        "lastOpDate",
    ];
}

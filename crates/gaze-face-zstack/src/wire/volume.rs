//! VolumeInventory (`org.zstack.header.volume.VolumeInventory`).

use serde::Serialize;

use super::Inventory;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Volume {
    pub(crate) uuid: String,
    pub(crate) name: String,
    pub(crate) primary_storage_uuid: String,
    pub(crate) vm_instance_uuid: Option<String>,
    pub(crate) root_image_uuid: Option<String>,
    pub(crate) install_path: String,
    pub(crate) r#type: &'static str,
    pub(crate) format: &'static str,
    pub(crate) size: u64,
    pub(crate) actual_size: u64,
    pub(crate) state: &'static str,
    pub(crate) status: &'static str,
    pub(crate) create_date: String,
    pub(crate) last_op_date: String,
    pub(crate) is_shareable: bool,
    /// 0 of a root volume; in which order data volumes are attached is not known here.
    pub(crate) device_id: Option<u32>,
    pub(crate) last_vm_instance_uuid: Option<String>,
    pub(crate) last_detach_date: Option<String>,
}

impl Inventory for Volume {
    const CLASS: &'static str = "org.zstack.header.volume.VolumeInventory";
    const FIELDS: &'static [&'static str] = &[
        "uuid",
        "name",
        "primaryStorageUuid",
        "vmInstanceUuid",
        "rootImageUuid",
        "installPath",
        "type",
        "format",
        "size",
        "actualSize",
        "state",
        "status",
        "createDate",
        "lastOpDate",
        "isShareable",
        "deviceId",
        "lastVmInstanceUuid",
        "lastDetachDate",
    ];
}

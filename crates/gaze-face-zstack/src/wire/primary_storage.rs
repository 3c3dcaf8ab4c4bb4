//! PrimaryStorageInventory (`org.zstack.header.storage.primary.PrimaryStorageInventory`), without
//! `systemUsedCapacity`: who else uses a pool's disk is not known here.

use serde::Serialize;

use super::Inventory;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PrimaryStorage {
    pub(crate) uuid: String,
    pub(crate) zone_uuid: String,
    pub(crate) name: String,
    pub(crate) url: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) total_capacity: Option<u64>,
    pub(crate) available_capacity: Option<u64>,
    pub(crate) total_physical_capacity: Option<u64>,
    pub(crate) available_physical_capacity: Option<u64>,
    pub(crate) r#type: &'static str,
    pub(crate) state: &'static str,
    pub(crate) status: &'static str,
    pub(crate) mount_path: Option<String>,
    pub(crate) create_date: String,
    pub(crate) last_op_date: String,
    pub(crate) attached_cluster_uuids: Vec<String>,
}

impl Inventory for PrimaryStorage {
    const CLASS: &'static str = "org.zstack.header.storage.primary.PrimaryStorageInventory";
    const FIELDS: &'static [&'static str] = &[
        "uuid",
        "zoneUuid",
        "name",
        "url",
        "description",
        "totalCapacity",
        "availableCapacity",
        "totalPhysicalCapacity",
        "availablePhysicalCapacity",
        "type",
        "state",
        "status",
        "mountPath",
        "createDate",
        "lastOpDate",
        "attachedClusterUuids",
    ];
}

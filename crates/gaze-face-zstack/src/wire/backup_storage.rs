//! BackupStorageInventory (`org.zstack.header.storage.backup.BackupStorageInventory`).

use serde::Serialize;

use super::Inventory;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BackupStorage {
    pub(crate) uuid: String,
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) description: Option<String>,
    pub(crate) total_capacity: u64,
    pub(crate) available_capacity: u64,
    pub(crate) r#type: &'static str,
    pub(crate) state: &'static str,
    pub(crate) status: &'static str,
    pub(crate) create_date: String,
    pub(crate) last_op_date: String,
    pub(crate) attached_zone_uuids: Vec<String>,
}

impl Inventory for BackupStorage {
    const CLASS: &'static str = "org.zstack.header.storage.backup.BackupStorageInventory";
    const FIELDS: &'static [&'static str] = &[
        "uuid",
        "name",
        "url",
        "description",
        "totalCapacity",
        "availableCapacity",
        "type",
        "state",
        "status",
        "createDate",
        "lastOpDate",
        "attachedZoneUuids",
    ];
}

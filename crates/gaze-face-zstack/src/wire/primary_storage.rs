//! PrimaryStorageInventory (`org.zstack.header.storage.primary.PrimaryStorageInventory`), without
//! the capacities: a pool's free room is not known here.

use serde::Serialize;

use super::Inventory;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PrimaryStorage {
    pub(crate) uuid: String,
    pub(crate) zone_uuid: String,
    pub(crate) name: String,
    pub(crate) url: Option<String>,
    pub(crate) r#type: &'static str,
    pub(crate) state: &'static str,
    pub(crate) status: &'static str,
    pub(crate) create_date: String,
    pub(crate) last_op_date: String,
}

impl Inventory for PrimaryStorage {
    const CLASS: &'static str = "org.zstack.header.storage.primary.PrimaryStorageInventory";
    const FIELDS: &'static [&'static str] = &[
        "uuid",
        "zoneUuid",
        "name",
        "url",
        "type",
        "state",
        "status",
        "createDate",
        "lastOpDate",
    ];
}

//! ZoneInventory (`org.zstack.header.zone.ZoneInventory`).

use serde::Serialize;

use super::Inventory;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Zone {
    pub(crate) uuid: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) state: &'static str,
    pub(crate) r#type: &'static str,
    /// Nothing here is done by default in a zone.
    pub(crate) is_default: bool,
    pub(crate) create_date: String,
    pub(crate) last_op_date: String,
}

impl Inventory for Zone {
    const CLASS: &'static str = "org.zstack.header.zone.ZoneInventory";
    const FIELDS: &'static [&'static str] = &[
        "uuid",
        "name",
        "description",
        "state",
        "type",
        "isDefault",
        "createDate",
        "lastOpDate",
    ];
}

//! AccountInventory (`org.zstack.header.identity.AccountInventory`).

use serde::Serialize;

use super::Inventory;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Account {
    pub(crate) uuid: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) r#type: &'static str,
    pub(crate) state: &'static str,
    pub(crate) create_date: String,
    pub(crate) last_op_date: String,
}

impl Inventory for Account {
    const CLASS: &'static str = "org.zstack.header.identity.AccountInventory";
    const FIELDS: &'static [&'static str] = &[
        "uuid",
        "name",
        "description",
        "type",
        "state",
        "createDate",
        "lastOpDate",
    ];
}

//! What belongs to whom and with whom it is shared (`AccountResourceRefInventory` and
//! `SharedResourceInventory` of `org.zstack.header.identity`).

use serde::Serialize;

use super::Inventory;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccountResourceRef {
    pub(crate) account_uuid: String,
    pub(crate) owner_account_uuid: String,
    pub(crate) resource_uuid: String,
    pub(crate) resource_type: &'static str,
    pub(crate) concrete_resource_type: &'static str,
    pub(crate) permission: u8,
    pub(crate) is_shared: bool,
    pub(crate) create_date: String,
    pub(crate) last_op_date: String,
}

impl Inventory for AccountResourceRef {
    const CLASS: &'static str = "org.zstack.header.identity.AccountResourceRefInventory";
    const FIELDS: &'static [&'static str] = &[
        "accountUuid",
        "ownerAccountUuid",
        "resourceUuid",
        "resourceType",
        "concreteResourceType",
        "permission",
        "isShared",
        "createDate",
        "lastOpDate",
    ];
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SharedResource {
    pub(crate) owner_account_uuid: String,
    /// Absent where everybody is meant.
    pub(crate) receiver_account_uuid: Option<String>,
    pub(crate) to_public: bool,
    pub(crate) resource_type: &'static str,
    pub(crate) resource_uuid: String,
    pub(crate) create_date: String,
    pub(crate) last_op_date: String,
}

impl Inventory for SharedResource {
    const CLASS: &'static str = "org.zstack.header.identity.SharedResourceInventory";
    const FIELDS: &'static [&'static str] = &[
        "ownerAccountUuid",
        "receiverAccountUuid",
        "toPublic",
        "resourceType",
        "resourceUuid",
        "createDate",
        "lastOpDate",
    ];
}

//! QuotaInventory (`org.zstack.header.identity.QuotaInventory`) and what is used of one.

use serde::Serialize;

use super::Inventory;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Quota {
    pub(crate) uuid: String,
    pub(crate) name: &'static str,
    pub(crate) identity_uuid: String,
    pub(crate) identity_type: &'static str,
    pub(crate) value: i64,
    pub(crate) create_date: String,
    pub(crate) last_op_date: String,
}

impl Inventory for Quota {
    const CLASS: &'static str = "org.zstack.header.identity.QuotaInventory";
    const FIELDS: &'static [&'static str] = &[
        "uuid",
        "name",
        "identityUuid",
        "identityType",
        "value",
        "createDate",
        "lastOpDate",
    ];
}

/// `Quota.QuotaUsage`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Usage {
    pub(crate) name: &'static str,
    pub(crate) total: i64,
    pub(crate) used: u64,
}

impl Inventory for Usage {
    const CLASS: &'static str = "org.zstack.header.identity.Quota$QuotaUsage";
    const FIELDS: &'static [&'static str] = &["name", "total", "used"];
}

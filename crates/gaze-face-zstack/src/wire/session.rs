//! SessionInventory (`org.zstack.header.identity.SessionInventory`).

use serde::Serialize;

use super::Inventory;

/// `noSessionEvaluation` is a primitive in the vendor's class and so always on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Session {
    pub(crate) uuid: String,
    pub(crate) account_uuid: String,
    pub(crate) user_uuid: String,
    pub(crate) expired_date: Option<String>,
    pub(crate) create_date: Option<String>,
    pub(crate) no_session_evaluation: bool,
}

impl Inventory for Session {
    const CLASS: &'static str = "org.zstack.header.identity.SessionInventory";
    const FIELDS: &'static [&'static str] = &[
        "uuid",
        "accountUuid",
        "userUuid",
        "expiredDate",
        "createDate",
        "noSessionEvaluation",
    ];
}

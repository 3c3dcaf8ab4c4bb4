//! ManagementNodeInventory (`org.zstack.header.managementnode.ManagementNodeInventory`).

use serde::Serialize;

use super::Inventory;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ManagementNode {
    pub(crate) uuid: String,
    pub(crate) host_name: String,
    pub(crate) join_date: String,
    pub(crate) heart_beat: String,
}

impl Inventory for ManagementNode {
    const CLASS: &'static str = "org.zstack.header.managementnode.ManagementNodeInventory";
    const FIELDS: &'static [&'static str] = &["uuid", "hostName", "joinDate", "heartBeat"];
}

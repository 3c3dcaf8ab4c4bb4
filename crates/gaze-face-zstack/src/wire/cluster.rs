//! ClusterInventory (`org.zstack.header.cluster.ClusterInventory`).

use serde::Serialize;

use super::Inventory;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cluster {
    pub(crate) name: String,
    pub(crate) uuid: String,
    pub(crate) description: Option<String>,
    pub(crate) state: &'static str,
    pub(crate) hypervisor_type: &'static str,
    pub(crate) create_date: String,
    pub(crate) last_op_date: String,
    pub(crate) zone_uuid: String,
    pub(crate) r#type: &'static str,
    pub(crate) architecture: &'static str,
}

impl Inventory for Cluster {
    const CLASS: &'static str = "org.zstack.header.cluster.ClusterInventory";
    const FIELDS: &'static [&'static str] = &[
        "name",
        "uuid",
        "description",
        "state",
        "hypervisorType",
        "createDate",
        "lastOpDate",
        "zoneUuid",
        "type",
        "architecture",
    ];
}

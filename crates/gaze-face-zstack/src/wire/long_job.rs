//! LongJobInventory (`org.zstack.header.longjob.LongJobInventory`).

use serde::Serialize;

use super::Inventory;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LongJob {
    pub(crate) uuid: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) api_id: String,
    pub(crate) job_name: String,
    pub(crate) job_data: String,
    pub(crate) job_result: Option<String>,
    pub(crate) state: &'static str,
    pub(crate) target_resource_uuid: Option<String>,
    pub(crate) create_date: String,
    pub(crate) last_op_date: String,
    pub(crate) execute_time: Option<i64>,
}

impl Inventory for LongJob {
    const CLASS: &'static str = "org.zstack.header.longjob.LongJobInventory";
    const FIELDS: &'static [&'static str] = &[
        "uuid",
        "name",
        "description",
        "apiId",
        "jobName",
        "jobData",
        "jobResult",
        "state",
        "targetResourceUuid",
        "createDate",
        "lastOpDate",
        "executeTime",
    ];
}

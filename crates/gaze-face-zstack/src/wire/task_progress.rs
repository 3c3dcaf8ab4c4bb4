//! TaskProgressInventory (`org.zstack.header.core.progress.TaskProgressInventory`), of calls that
//! have no tasks within.

use serde::Serialize;

use super::Inventory;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TaskProgress {
    pub(crate) task_uuid: String,
    pub(crate) task_name: String,
    pub(crate) r#type: &'static str,
    /// Whole percent, as text.
    pub(crate) content: String,
    /// Milliseconds since the epoch.
    pub(crate) time: i64,
}

impl Inventory for TaskProgress {
    const CLASS: &'static str = "org.zstack.header.core.progress.TaskProgressInventory";
    const FIELDS: &'static [&'static str] = &["taskUuid", "taskName", "type", "content", "time"];
}

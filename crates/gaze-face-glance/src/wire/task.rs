//! Tasks.

use serde::Serialize;
use serde_json::Value;

#[derive(Debug, Serialize)]
pub(crate) struct ImageTasks {
    pub(crate) tasks: Vec<Task>,
}

#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
pub(crate) struct Tasks {
    pub(crate) tasks: Vec<Task>,
    pub(crate) first: String,
    /// Address of the page behind this one, if there may be one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
    pub(crate) schema: &'static str,
}

#[derive(Debug, Serialize)]
pub(crate) struct Task {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) status: &'static str,
    pub(crate) owner: String,
    pub(crate) image_id: Option<String>,
    pub(crate) message: String,
    /// What was asked for and what came of it, of tasks that clients made.
    pub(crate) input: Option<Value>,
    pub(crate) result: Option<Value>,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
    pub(crate) expires_at: Option<String>,
    #[serde(rename = "self")]
    pub(crate) this: String,
    pub(crate) schema: &'static str,
}

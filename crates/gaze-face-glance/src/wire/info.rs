//! What the service says of its stores.

use serde::Serialize;

/// The methods of import, and the values that other fields take.
#[derive(Debug, Serialize)]
pub(crate) struct Imports {
    #[serde(rename = "import-methods")]
    pub(crate) methods: Methods,
}

#[derive(Debug, Serialize)]
pub(crate) struct Methods {
    pub(crate) description: &'static str,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) value: &'static [&'static str],
}

#[derive(Debug, Serialize)]
pub(crate) struct Stores {
    pub(crate) stores: Vec<Store>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Store {
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// `"true"` for the store that a new image goes to by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) default: Option<&'static str>,
    /// Kind of the store; told to administrators.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<&'static str>,
    /// Where it is; told to administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) properties: Option<Properties>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Properties {
    pub(crate) data_dir: String,
    pub(crate) capacity: u64,
    pub(crate) available: u64,
}

/// Use and limits of a project.
#[derive(Debug, Serialize)]
pub(crate) struct UsageOfProject {
    pub(crate) usage: Usages,
}

#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
pub(crate) struct Usages {
    pub(crate) image_size_total: Usage,
    pub(crate) image_stage_total: Usage,
    pub(crate) image_count_total: Usage,
    pub(crate) image_count_uploading: Usage,
}

#[derive(Debug, Serialize)]
pub(crate) struct Usage {
    pub(crate) usage: u64,
    pub(crate) limit: i64,
}

//! Members of shared images.

use serde::Serialize;

#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
pub(crate) struct Member {
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
    pub(crate) image_id: String,
    pub(crate) member_id: String,
    pub(crate) status: &'static str,
    pub(crate) schema: &'static str,
}

#[derive(Debug, Serialize)]
pub(crate) struct Members {
    pub(crate) members: Vec<Member>,
    pub(crate) schema: &'static str,
}

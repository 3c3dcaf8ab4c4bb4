//! Public images. Source: DiDi Cloud, "DC2: list images (ListImage)". The documented fields, and
//! those that clients filter by (`osArch`) or that live answers were seen to carry besides.

use serde::Serialize;

use super::{BackupStorage, Requirement};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PublicImage {
    pub(crate) backup_storages: Vec<BackupStorage>,
    pub(crate) description: String,
    pub(crate) img_uuid: String,
    pub(crate) name: String,
    pub(crate) os_arch: &'static str,
    pub(crate) os_family: String,
    pub(crate) os_version: String,
    pub(crate) platform: &'static str,
    pub(crate) regions: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) requirement: Option<Requirement>,
    pub(crate) scenes: Vec<&'static str>,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
}

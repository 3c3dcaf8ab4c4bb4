//! Custom images. Source: DiDi Cloud, "Custom image: list custom images (ListCIMG)", of which the
//! example, not the table, has all the fields.

use axum::body::Bytes;
use serde::Serialize;

use super::Job;

/// What the list's `data` holds: an object in the example, though the table calls it an array.
#[derive(Debug)]
pub(crate) struct Page {
    /// Of all that match, on this page or not.
    pub(crate) count: u64,
    /// Each a [`Cimg`], written already.
    pub(crate) items: Vec<Bytes>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
pub(crate) struct Cimg {
    pub(crate) backup_storages: Vec<BackupStorage>,
    pub(crate) check_state: &'static str,
    pub(crate) cimg_id: String,
    pub(crate) cimg_tags: Vec<String>,
    pub(crate) cimg_uuid: String,
    /// Milliseconds since 1970, in whole seconds.
    pub(crate) create_time: i64,
    pub(crate) description: String,
    pub(crate) is_external: bool,
    pub(crate) is_shared: bool,
    /// Absent unless a job is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) job: Option<Job>,
    pub(crate) name: String,
    pub(crate) os_arch: &'static str,
    pub(crate) os_family: String,
    pub(crate) os_version: String,
    pub(crate) platform: &'static str,
    pub(crate) regions: Vec<String>,
    pub(crate) requirement: Requirement,
    pub(crate) scenes: Vec<&'static str>,
    /// Bytes of the file.
    pub(crate) size: u64,
    pub(crate) status: &'static str,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) update_time: i64,
    pub(crate) zones: Vec<String>,
}

/// What a machine needs to start from the image, in bytes.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Requirement {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_disk_size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_memory_size: Option<u64>,
}

/// A store in one of the zones that it serves.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BackupStorage {
    pub(crate) bs_uuid: String,
    pub(crate) disk_type: String,
    pub(crate) name: String,
    pub(crate) state: &'static str,
    pub(crate) status: &'static str,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) zone: String,
}

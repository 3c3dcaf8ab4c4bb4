//! The answer of `ListCloudImages`.
//!
//! The vendor's page contradicts itself: its table describes the image of IMS (`ImageInfo`), its
//! example was printed from the edge image (`ImageList`), with four fields that the table lacks
//! and without four that the table's model requires. The answer here holds both, so that either
//! reader finds what it needs.

use std::collections::BTreeMap;

use serde::Serialize;

/// One image. A field that is not always known is absent rather than empty, except where the
/// page's example shows it empty.
#[derive(Debug, Serialize)]
pub(crate) struct Image {
    /// Hyphenated UUID.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) disk_format: Option<&'static str>,
    pub(crate) container_format: &'static str,
    /// GB.
    pub(crate) min_disk: u64,
    /// MB.
    pub(crate) min_ram: u64,
    /// 32 hexadecimal digits.
    pub(crate) owner: String,
    pub(crate) protected: bool,
    pub(crate) visibility: &'static str,
    /// UTC to the second, as `2020-12-30T03:23:29Z`.
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
    /// `/v1/self/{id}`: the word is literal.
    #[serde(rename = "self")]
    pub(crate) self_link: String,
    pub(crate) deleted: bool,
    /// Empty while the image is not deleted.
    pub(crate) deleted_at: String,
    pub(crate) virtual_env_type: &'static str,
    pub(crate) tags: Vec<String>,
    /// MD5 of the stored bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) checksum: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hw_firmware_type: Option<&'static str>,
    #[serde(rename = "__imagetype")]
    pub(crate) kind: &'static str,
    /// A boolean, as in the page's example; the table says String. The official SDKs for Python
    /// and Go read both.
    #[serde(rename = "__isregistered")]
    pub(crate) is_registered: bool,
    /// Bytes, as decimal text.
    #[serde(rename = "__image_size")]
    pub(crate) stored_bytes: String,
    #[serde(rename = "__image_source_type")]
    pub(crate) source_type: &'static str,
    #[serde(rename = "__os_type")]
    pub(crate) os_type: &'static str,
    #[serde(rename = "__platform")]
    pub(crate) platform: &'static str,
    #[serde(rename = "__os_version", skip_serializing_if = "Option::is_none")]
    pub(crate) os_version: Option<String>,
    #[serde(rename = "__os_bit", skip_serializing_if = "Option::is_none")]
    pub(crate) os_bit: Option<String>,
    #[serde(rename = "__description", skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// `"true"` or `"false"`; absent while the architecture is unknown.
    #[serde(rename = "__support_arm", skip_serializing_if = "Option::is_none")]
    pub(crate) support_arm: Option<&'static str>,
    #[serde(rename = "__root_origin", skip_serializing_if = "Option::is_none")]
    pub(crate) root_origin: Option<&'static str>,
    #[serde(rename = "__data_origin", skip_serializing_if = "Option::is_none")]
    pub(crate) data_origin: Option<String>,
    /// Documented attributes that exist only where somebody set them; always text.
    #[serde(flatten)]
    pub(crate) attributes: BTreeMap<&'static str, String>,
}

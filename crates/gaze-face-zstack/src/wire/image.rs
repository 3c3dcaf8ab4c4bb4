//! ImageInventory (`org.zstack.header.image.ImageInventory`).

use serde::Serialize;

use super::Inventory;

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Image {
    pub(crate) uuid: String,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    pub(crate) state: &'static str,
    pub(crate) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) actual_size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) md5_sum: Option<String>,
    pub(crate) url: String,
    pub(crate) media_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) guest_os_type: Option<String>,
    pub(crate) r#type: &'static str,
    pub(crate) platform: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) architecture: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) format: Option<&'static str>,
    pub(crate) system: bool,
    pub(crate) virtio: bool,
    pub(crate) create_date: String,
    pub(crate) last_op_date: String,
    pub(crate) backup_storage_refs: Vec<BackupStorageRef>,
}

/// Absent values are left out here, not in what is written: lists are made of these.
impl Inventory for Image {
    const CLASS: &'static str = "org.zstack.header.image.ImageInventory";
    const NESTED: &'static [(&'static str, &'static str)] =
        &[("backupStorageRefs", BackupStorageRef::CLASS)];

    fn nested(&self, _key: &str) -> usize {
        self.backup_storage_refs.len()
    }

    const FIELDS: &'static [&'static str] = &[
        "uuid",
        "name",
        "description",
        "state",
        "status",
        "size",
        "actualSize",
        "md5Sum",
        "url",
        "mediaType",
        "guestOsType",
        "type",
        "platform",
        "architecture",
        "format",
        "system",
        "virtio",
        "createDate",
        "lastOpDate",
        "backupStorageRefs",
    ];
}

/// One copy of the image. `exportUrl` and `exportMd5Sum` are those of its newest export, and shown
/// to whom the image belongs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BackupStorageRef {
    pub(crate) id: i64,
    pub(crate) image_uuid: String,
    pub(crate) backup_storage_uuid: String,
    pub(crate) install_path: String,
    pub(crate) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) export_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) export_md5_sum: Option<String>,
    pub(crate) create_date: String,
    pub(crate) last_op_date: String,
}

impl Inventory for BackupStorageRef {
    const CLASS: &'static str = "org.zstack.header.image.ImageBackupStorageRefInventory";
    const FIELDS: &'static [&'static str] = &[
        "id",
        "imageUuid",
        "backupStorageUuid",
        "installPath",
        "status",
        "exportUrl",
        "exportMd5Sum",
        "createDate",
        "lastOpDate",
    ];
}

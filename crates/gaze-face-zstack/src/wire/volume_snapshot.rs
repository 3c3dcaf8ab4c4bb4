//! VolumeSnapshotInventory (`org.zstack.header.storage.snapshot.VolumeSnapshotInventory`).

use serde::Serialize;

use super::Inventory;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VolumeSnapshot {
    pub(crate) uuid: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) r#type: &'static str,
    pub(crate) volume_uuid: String,
    pub(crate) tree_uuid: String,
    pub(crate) parent_uuid: Option<String>,
    pub(crate) primary_storage_uuid: String,
    pub(crate) primary_storage_install_path: String,
    pub(crate) volume_type: &'static str,
    pub(crate) format: &'static str,
    pub(crate) latest: bool,
    pub(crate) size: u64,
    pub(crate) state: &'static str,
    pub(crate) status: &'static str,
    pub(crate) create_date: String,
    pub(crate) last_op_date: String,
    /// Copies on backup storages, which snapshots here never have.
    pub(crate) backup_storage_refs: [(); 0],
}

impl Inventory for VolumeSnapshot {
    const CLASS: &'static str = "org.zstack.header.storage.snapshot.VolumeSnapshotInventory";
    const FIELDS: &'static [&'static str] = &[
        "uuid",
        "name",
        "description",
        "type",
        "volumeUuid",
        "treeUuid",
        "parentUuid",
        "primaryStorageUuid",
        "primaryStorageInstallPath",
        "volumeType",
        "format",
        "latest",
        "size",
        "state",
        "status",
        "createDate",
        "lastOpDate",
        "backupStorageRefs",
    ];
}

//! BackupStorageInventory (`org.zstack.header.storage.backup.BackupStorageInventory`) and what each
//! type of backup storage adds to it.

use serde::Serialize;

use super::Inventory;

/// The keys of every backup storage, and those that a type adds.
macro_rules! fields {
    ($($added:literal),*) => {
        &[
            "uuid",
            "name",
            "url",
            "description",
            "totalCapacity",
            "availableCapacity",
            "type",
            "state",
            "status",
            "createDate",
            "lastOpDate",
            "attachedZoneUuids",
            $($added,)*
        ]
    };
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BackupStorage {
    pub(crate) uuid: String,
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) description: Option<String>,
    pub(crate) total_capacity: u64,
    pub(crate) available_capacity: u64,
    pub(crate) r#type: &'static str,
    pub(crate) state: &'static str,
    pub(crate) status: &'static str,
    pub(crate) create_date: String,
    pub(crate) last_op_date: String,
    pub(crate) attached_zone_uuids: Vec<String>,
}

impl Inventory for BackupStorage {
    const CLASS: &'static str = "org.zstack.header.storage.backup.BackupStorageInventory";
    const FIELDS: &'static [&'static str] = fields!();
}

/// SftpBackupStorageInventory. `username` and `sshPort`, by which ZStack reaches its agent, are
/// absent: nobody logs in to a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Sftp {
    #[serde(flatten)]
    pub(crate) base: BackupStorage,
    pub(crate) hostname: String,
}

impl Inventory for Sftp {
    const CLASS: &'static str = "org.zstack.storage.backup.sftp.SftpBackupStorageInventory";
    const FIELDS: &'static [&'static str] = fields!("hostname");
}

/// ImageStoreBackupStorageInventory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct ImageStore {
    #[serde(flatten)]
    pub(crate) base: BackupStorage,
    pub(crate) hostname: Option<String>,
}

impl Inventory for ImageStore {
    const CLASS: &'static str =
        "org.zstack.storage.backup.imagestore.ImageStoreBackupStorageInventory";
    const FIELDS: &'static [&'static str] = fields!("hostname");
}

/// CephBackupStorageInventory. Monitors are not known here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Ceph {
    #[serde(flatten)]
    pub(crate) base: BackupStorage,
    pub(crate) fsid: Option<String>,
}

impl Inventory for Ceph {
    const CLASS: &'static str = "org.zstack.storage.ceph.backup.CephBackupStorageInventory";
    const FIELDS: &'static [&'static str] = fields!("fsid");
}

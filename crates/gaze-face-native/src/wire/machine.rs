//! Instances and volumes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::value::{
    ArchitectureWord, ClusterRef, DiskFormatWord, FirmwareWord, ImageRef, InstanceRef,
    InstanceStateWord, PlatformWord, PoolRef, ProjectRef, SnapshotRef, Time, VolumeRef,
    VolumeRoleWord, ZoneRef,
};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Instance {
    pub(crate) id: InstanceRef,
    pub(crate) owner: ProjectRef,
    pub(crate) zone: ZoneRef,
    pub(crate) cluster: ClusterRef,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// Observed from the root disk's locks when it was asked for.
    pub(crate) state: InstanceStateWord,
    /// The image that its root volume was made from.
    pub(crate) image: Option<ImageRef>,
    pub(crate) root_volume: Option<VolumeRef>,
    pub(crate) platform: PlatformWord,
    pub(crate) architecture: ArchitectureWord,
    pub(crate) guest_os: Option<String>,
    pub(crate) firmware: Option<FirmwareWord>,
    pub(crate) virtio: bool,
    pub(crate) created_at: Time,
    pub(crate) updated_at: Time,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewInstance {
    #[serde(default)]
    pub(crate) id: Option<InstanceRef>,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: Option<String>,
    /// By default the caller's.
    #[serde(default)]
    pub(crate) project: Option<ProjectRef>,
    pub(crate) zone: ZoneRef,
    /// By default the zone's oldest.
    #[serde(default)]
    pub(crate) cluster: Option<ClusterRef>,
    /// By default the zone's oldest.
    #[serde(default)]
    pub(crate) pool: Option<PoolRef>,
    /// Path of the root disk on the service's host.
    pub(crate) disk: String,
    /// By default told from the file.
    #[serde(default)]
    pub(crate) disk_format: Option<DiskFormatWord>,
    #[serde(default)]
    pub(crate) platform: Option<PlatformWord>,
    /// By default the cluster's.
    #[serde(default)]
    pub(crate) architecture: Option<ArchitectureWord>,
    #[serde(default)]
    pub(crate) guest_os: Option<String>,
    #[serde(default)]
    pub(crate) firmware: Option<FirmwareWord>,
    /// By default true.
    #[serde(default)]
    pub(crate) virtio: Option<bool>,
    #[serde(default)]
    pub(crate) image: Option<ImageRef>,
}

/// A registered instance and its root volume.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AddedInstance {
    pub(crate) instance: Instance,
    pub(crate) root_volume: Volume,
}

/// Another image for an instance's root disk.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImageChange {
    /// One of the instance's candidates.
    pub(crate) image: ImageRef,
    /// The id that the new root volume is to have.
    #[serde(default)]
    pub(crate) volume: Option<VolumeRef>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Volume {
    pub(crate) id: VolumeRef,
    pub(crate) owner: ProjectRef,
    pub(crate) pool: PoolRef,
    pub(crate) instance: Option<InstanceRef>,
    /// The image that it was made from, if that is known.
    pub(crate) image: Option<ImageRef>,
    /// The instance that it was taken off.
    pub(crate) last_instance: Option<InstanceRef>,
    pub(crate) detached_at: Option<Time>,
    pub(crate) name: String,
    pub(crate) role: VolumeRoleWord,
    pub(crate) format: DiskFormatWord,
    pub(crate) path: String,
    /// Bytes that the guest sees.
    pub(crate) size: u64,
    /// Bytes that the active file takes.
    pub(crate) allocated: u64,
    pub(crate) created_at: Time,
    pub(crate) updated_at: Time,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewVolume {
    pub(crate) name: String,
    /// By default the caller's.
    #[serde(default)]
    pub(crate) project: Option<ProjectRef>,
    pub(crate) pool: PoolRef,
    #[serde(default)]
    pub(crate) instance: Option<InstanceRef>,
    /// By default `data`.
    #[serde(default)]
    pub(crate) role: Option<VolumeRoleWord>,
    /// Path of the file on the service's host.
    pub(crate) disk: String,
    /// By default told from the file.
    #[serde(default)]
    pub(crate) disk_format: Option<DiskFormatWord>,
}

/// A file of a volume's backing chain, below the active one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Snapshot {
    pub(crate) id: SnapshotRef,
    pub(crate) volume: VolumeRef,
    pub(crate) owner: ProjectRef,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// The registered snapshot that it was made on.
    pub(crate) parent: Option<SnapshotRef>,
    /// Whether no registered snapshot of the volume is younger.
    pub(crate) latest: bool,
    pub(crate) format: DiskFormatWord,
    pub(crate) path: String,
    /// Bytes that a guest would see.
    pub(crate) size: u64,
    /// Bytes that its file takes.
    pub(crate) allocated: u64,
    pub(crate) created_at: Time,
    pub(crate) updated_at: Time,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSnapshot {
    #[serde(default)]
    pub(crate) id: Option<SnapshotRef>,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: Option<String>,
    /// Path of the file on the service's host.
    pub(crate) path: String,
}

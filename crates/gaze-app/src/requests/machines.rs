//! Machines, their volumes and snapshots.

use std::path::PathBuf;

use super::StoreChoice;
use gaze_domain::{
    Architecture, ClusterId, DiskFormat, Firmware, ImageId, Instance, InstanceId, InstanceState,
    JobId, Platform, PoolId, ProjectId, Snapshot, SnapshotId, Volume, VolumeId, VolumeRole, ZoneId,
};

/// A machine to be registered, with its root disk.
#[derive(Clone, Debug)]
pub struct NewInstance {
    pub id: Option<InstanceId>,
    pub name: String,
    pub description: Option<String>,
    /// By default the caller's.
    pub project: Option<ProjectId>,
    pub zone: ZoneId,
    /// By default the zone's oldest; one is made if it has none.
    pub cluster: Option<ClusterId>,
    /// By default the zone's oldest; one is made if it has none.
    pub pool: Option<PoolId>,
    pub disk: PathBuf,
    /// By default told from the file.
    pub disk_format: Option<DiskFormat>,
    pub platform: Option<Platform>,
    /// By default the cluster's.
    pub architecture: Option<Architecture>,
    pub guest_os: Option<String>,
    pub firmware: Option<Firmware>,
    pub virtio: bool,
    pub image: Option<ImageId>,
}

/// A volume to be registered.
#[derive(Clone, Debug)]
pub struct NewVolume {
    pub name: String,
    pub project: Option<ProjectId>,
    pub pool: PoolId,
    pub instance: Option<InstanceId>,
    pub role: VolumeRole,
    pub disk: PathBuf,
    pub disk_format: Option<DiskFormat>,
}

/// A volume's snapshot to be registered.
#[derive(Clone, Debug)]
pub struct NewSnapshot {
    pub id: Option<SnapshotId>,
    pub name: String,
    pub description: Option<String>,
    /// A file of the volume's backing chain, below the active one.
    pub path: PathBuf,
}

/// A snapshot, its volume, and its place among the others of that volume.
#[derive(Clone, Debug)]
pub struct PlacedSnapshot {
    pub snapshot: Snapshot,
    pub volume: Volume,
    /// The registered snapshot that it was made on.
    pub parent: Option<SnapshotId>,
    /// Whether none of the others is younger.
    pub latest: bool,
}

/// An instance and what it was seen to do just now.
#[derive(Clone, Debug)]
pub struct Seen {
    pub instance: Instance,
    pub state: InstanceState,
    /// The volumes that are attached to it, its root volume first.
    pub volumes: Vec<Volume>,
}

/// Another image for a machine's root disk.
#[derive(Clone, Debug)]
pub struct ImageChange {
    pub image: ImageId,
    /// The id that the new root volume is to have.
    pub volume: Option<VolumeId>,
    /// The id that the job is to have.
    pub job: Option<JobId>,
}

/// What an image is captured from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptureSource {
    /// The volume as it is now; no machine may write to it.
    Volume(VolumeId),
    /// The volume as it was; its machine may run.
    Snapshot(SnapshotId),
}

#[derive(Clone, Debug)]
pub struct Capture {
    pub source: CaptureSource,
    /// Whether a volume that belongs to no machine is refused.
    pub attached: bool,
    pub stores: StoreChoice,
    /// The id that the job is to have.
    pub job: Option<JobId>,
}

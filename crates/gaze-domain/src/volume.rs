//! Volumes: the disks of virtual machines.

use crate::{ByteCount, DiskFormat, ImageId, InstanceId, PoolId, ProjectId, Timestamp, VolumeId};

crate::words! {
    pub enum VolumeRole("volume role") {
        /// The disk that the machine starts from.
        Root = "root",
        Data = "data",
    }
}

/// A volume that an operator has registered; its bytes stay where they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    pub id: VolumeId,
    pub owner: ProjectId,
    pub pool: PoolId,
    pub instance: Option<InstanceId>,
    /// The image that it was made from, if that is known.
    pub image: Option<ImageId>,
    /// The machine that it was taken off.
    pub last_instance: Option<InstanceId>,
    pub detached_at: Option<Timestamp>,
    pub name: String,
    pub role: VolumeRole,
    pub format: DiskFormat,
    /// Path of the active file; its backing chain starts here.
    pub path: String,
    /// Size that the guest sees.
    pub size: ByteCount,
    /// Bytes that the active file takes on disk.
    pub allocated: ByteCount,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

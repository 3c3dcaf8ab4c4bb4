//! Virtual machines, as far as images are concerned.

use crate::{
    Architecture, ClusterId, Firmware, ImageId, InstanceId, Platform, ProjectId, Timestamp,
    VolumeId, ZoneId,
};

crate::words! {
    /// What the machine does, observed from its disk's locks when it is asked for.
    pub enum InstanceState("instance state") {
        Running = "running",
        Stopped = "stopped",
        /// Its root disk cannot be reached, so nothing can be said.
        Unknown = "unknown",
    }
}

/// A machine that an operator has registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    pub id: InstanceId,
    pub owner: ProjectId,
    pub zone: ZoneId,
    pub cluster: ClusterId,
    pub name: String,
    pub description: Option<String>,
    /// The image that its root volume was made from, if it came from here.
    pub image: Option<ImageId>,
    pub root_volume: Option<VolumeId>,
    pub platform: Platform,
    pub architecture: Architecture,
    pub guest_os: Option<String>,
    pub firmware: Option<Firmware>,
    /// Whether its disks are virtio devices.
    pub virtio: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

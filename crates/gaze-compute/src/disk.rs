//! Facts of an instance's disks, and what they tell of the instance.

use std::path::PathBuf;

use crate::lock::LockState;

/// A disk of an instance as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceDisk {
    /// Where it really is: absolute, without symbolic links.
    pub path: PathBuf,
    /// Length of the file in bytes, which for most formats is not the size the guest sees. Zero
    /// for a block device.
    pub file_bytes: u64,
    /// Bytes that the file takes on its file system.
    pub allocated_bytes: u64,
    /// How others use it.
    pub lock: LockState,
}

/// Whether an instance runs, as far as its disks tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceState {
    /// Someone may write to one of its disks.
    Running,
    /// Nobody writes to any of its disks.
    Stopped,
}

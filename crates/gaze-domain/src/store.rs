//! Image stores: where the bytes of images are kept.

use crate::{ByteCount, RegionId, StoreId, Timestamp, ZoneId};

crate::words! {
    pub enum StoreKind("store kind") {
        /// A folder.
        Fs = "fs",
        S3 = "s3",
        Ceph = "ceph",
    }
}

crate::words! {
    /// The operator's wish.
    pub enum StoreState("store state") {
        Enabled = "enabled",
        Disabled = "disabled",
    }
}

crate::words! {
    /// What was last observed.
    pub enum StoreStatus("store status") {
        Connecting = "connecting",
        Connected = "connected",
        Disconnected = "disconnected",
    }
}

/// A store. Invariant: `used + reserved <= capacity`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    pub id: StoreId,
    pub region: RegionId,
    pub name: String,
    pub description: Option<String>,
    pub kind: StoreKind,
    /// Where it is, in the words of its kind: for `fs`, a folder.
    pub url: String,
    /// The machine that the folder is on, in the operator's words, if any were given.
    pub host: Option<String>,
    /// The Ceph cluster's fsid, for a Ceph store.
    pub fsid: Option<String>,
    /// The medium, for people who choose by it (`SSD`, `HE`, `HDD`).
    pub medium: Option<String>,
    pub state: StoreState,
    pub status: StoreStatus,
    /// Bytes that the operator allows at most. Without it, the disk alone decides.
    pub limit: Option<ByteCount>,
    /// Bytes that may be kept here: the limit, or less if the disk has less.
    pub capacity: ByteCount,
    /// Bytes of complete blobs.
    pub used: ByteCount,
    /// Bytes promised to work in progress.
    pub reserved: ByteCount,
    pub zones: Vec<ZoneId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Store {
    pub fn available(&self) -> ByteCount {
        ByteCount(
            self.capacity
                .0
                .saturating_sub(self.used.0)
                .saturating_sub(self.reserved.0),
        )
    }

    pub fn is_usable(&self) -> bool {
        self.state == StoreState::Enabled && self.status == StoreStatus::Connected
    }

    pub fn serves(&self, zone: ZoneId) -> bool {
        self.zones.contains(&zone)
    }
}

//! What the verbs on regions, zones, clusters, stores and pools are asked with.

use gaze_compute::Room;
use gaze_domain::{
    Architecture, ByteCount, ClusterId, Pool, PoolId, PoolKind, RegionId, StoreId, StoreKind,
    ZoneId,
};

#[derive(Clone, Debug)]
pub struct NewRegion {
    pub name: String,
    pub title: Option<String>,
}

#[derive(Clone, Debug)]
pub struct NewZone {
    /// Made up if absent.
    pub id: Option<ZoneId>,
    pub region: RegionId,
    pub name: String,
    pub description: Option<String>,
}

#[derive(Clone, Debug)]
pub struct NewCluster {
    /// Made up if absent.
    pub id: Option<ClusterId>,
    pub zone: ZoneId,
    pub name: String,
    pub description: Option<String>,
    pub architecture: Architecture,
}

#[derive(Clone, Debug)]
pub struct NewStore {
    /// Made up if absent.
    pub id: Option<StoreId>,
    pub region: RegionId,
    pub name: String,
    pub description: Option<String>,
    pub kind: StoreKind,
    /// For `fs`, an absolute path. Absent: a folder of the store's name in the data folder.
    pub url: Option<String>,
    /// The machine that the folder is on, if the caller says so. It has to be this one: a name or
    /// an address of it.
    pub host: Option<String>,
    pub medium: Option<String>,
    /// At most that many bytes. Absent: what the disk has.
    pub capacity: Option<ByteCount>,
    pub zones: Vec<ZoneId>,
}

#[derive(Clone, Debug)]
pub struct NewPool {
    /// Made up if absent.
    pub id: Option<PoolId>,
    pub zone: ZoneId,
    pub name: String,
    pub description: Option<String>,
    pub kind: PoolKind,
    pub path: Option<String>,
    pub fsid: Option<String>,
}

/// Changes to a zone: `None` leaves a field as it is, an inner `None` clears it.
#[derive(Clone, Debug, Default)]
pub struct ZonePatch {
    pub name: Option<String>,
    pub description: Option<Option<String>>,
    pub enabled: Option<bool>,
}

/// Changes to a cluster.
#[derive(Clone, Debug, Default)]
pub struct ClusterPatch {
    pub name: Option<String>,
    pub description: Option<Option<String>>,
}

/// Changes to what is said of a store. Where it is and what it is never change.
#[derive(Clone, Debug, Default)]
pub struct StorePatch {
    pub name: Option<String>,
    pub description: Option<Option<String>>,
}

/// Changes to a pool.
#[derive(Clone, Debug, Default)]
pub struct PoolPatch {
    pub name: Option<String>,
    pub description: Option<Option<String>>,
    /// A pool that is not enabled gives no bytes to new images and takes no new volumes.
    pub enabled: Option<bool>,
}

/// A pool and what was seen of it when it was last looked at.
#[derive(Clone, Debug)]
pub struct SeenPool {
    pub pool: Pool,
    /// The clusters of its zone: their machines may have volumes here.
    pub clusters: Vec<ClusterId>,
    /// Whether its folder was there. A Ceph pool is not looked at and counts as reachable.
    pub reachable: bool,
    /// The room of the file system that the pool is on; of all allowed folders together if the
    /// pool has no folder of its own.
    pub room: Option<Room>,
}

//! Storage pools: where volumes live.

use crate::{PoolId, StoreKind, Timestamp, ZoneId};

crate::words! {
    /// What a pool is made of (ZStack's primary storage types).
    pub enum PoolKind("pool kind") {
        /// A folder on one host.
        Local = "local",
        /// A folder on NFS.
        Nfs = "nfs",
        /// A folder that every host of the cluster mounts by itself.
        SharedMount = "shared-mount",
        Ceph = "ceph",
    }
}

impl PoolKind {
    /// Whether volumes of this pool can be made from images in stores of that kind.
    ///
    /// ZStack's table: file stores serve file pools, Ceph serves Ceph. An object store serves
    /// both, as ZStack's ImageStore does. A Ceph store must besides be of the pool's own cluster.
    pub const fn takes_images_from(self, store: StoreKind) -> bool {
        match (self, store) {
            (Self::Local | Self::Nfs | Self::SharedMount, StoreKind::Fs | StoreKind::S3)
            | (Self::Ceph, StoreKind::Ceph | StoreKind::S3) => true,
            (Self::Local | Self::Nfs | Self::SharedMount, StoreKind::Ceph)
            | (Self::Ceph, StoreKind::Fs) => false,
        }
    }
}

/// A pool in a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    pub id: PoolId,
    pub zone: ZoneId,
    pub name: String,
    pub description: Option<String>,
    pub kind: PoolKind,
    /// The folder that holds the volumes of a file pool.
    pub path: Option<String>,
    /// The Ceph cluster's fsid, for a Ceph pool.
    pub fsid: Option<String>,
    pub enabled: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

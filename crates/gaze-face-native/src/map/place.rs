//! Regions, zones, clusters and pools.

use gaze_app::{ClusterPatch, NewCluster, NewPool, NewRegion, NewZone, PoolPatch, ZonePatch};
use gaze_domain::{Cluster, Pool, Region, Zone};

use crate::wire::place as wire;
use crate::wire::value::{Id, Time, Word};

impl From<Region> for wire::Region {
    fn from(region: Region) -> Self {
        Self {
            id: Id(region.id),
            name: region.name,
            title: region.title,
            created_at: Time(region.created_at),
        }
    }
}

impl From<wire::NewRegion> for NewRegion {
    fn from(new: wire::NewRegion) -> Self {
        Self {
            name: new.name,
            title: new.title,
        }
    }
}

impl From<Zone> for wire::Zone {
    fn from(zone: Zone) -> Self {
        Self {
            id: Id(zone.id),
            region: Id(zone.region),
            name: zone.name,
            description: zone.description,
            enabled: zone.enabled,
            created_at: Time(zone.created_at),
            updated_at: Time(zone.updated_at),
        }
    }
}

impl From<wire::NewZone> for NewZone {
    fn from(new: wire::NewZone) -> Self {
        Self {
            id: None,
            region: new.region.0,
            name: new.name,
            description: new.description,
        }
    }
}

impl From<Cluster> for wire::Cluster {
    fn from(cluster: Cluster) -> Self {
        Self {
            id: Id(cluster.id),
            zone: Id(cluster.zone),
            name: cluster.name,
            description: cluster.description,
            architecture: Word(cluster.architecture),
            created_at: Time(cluster.created_at),
            updated_at: Time(cluster.updated_at),
        }
    }
}

impl From<wire::NewCluster> for NewCluster {
    fn from(new: wire::NewCluster) -> Self {
        Self {
            id: None,
            zone: new.zone.0,
            name: new.name,
            description: new.description,
            architecture: new.architecture.0,
        }
    }
}

impl From<Pool> for wire::Pool {
    fn from(pool: Pool) -> Self {
        Self {
            id: Id(pool.id),
            zone: Id(pool.zone),
            name: pool.name,
            description: pool.description,
            kind: Word(pool.kind),
            path: pool.path,
            fsid: pool.fsid,
            enabled: pool.enabled,
            created_at: Time(pool.created_at),
            updated_at: Time(pool.updated_at),
        }
    }
}

impl From<wire::NewPool> for NewPool {
    fn from(new: wire::NewPool) -> Self {
        Self {
            id: None,
            zone: new.zone.0,
            name: new.name,
            description: new.description,
            kind: new.kind.0,
            path: new.path,
            fsid: new.fsid,
        }
    }
}

impl From<wire::ZonePatch> for ZonePatch {
    fn from(patch: wire::ZonePatch) -> Self {
        Self {
            name: patch.name,
            description: patch.description,
            enabled: patch.enabled,
        }
    }
}

impl From<wire::ClusterPatch> for ClusterPatch {
    fn from(patch: wire::ClusterPatch) -> Self {
        Self {
            name: patch.name,
            description: patch.description,
        }
    }
}

impl From<wire::PoolPatch> for PoolPatch {
    fn from(patch: wire::PoolPatch) -> Self {
        Self {
            name: patch.name,
            description: patch.description,
            enabled: patch.enabled,
        }
    }
}

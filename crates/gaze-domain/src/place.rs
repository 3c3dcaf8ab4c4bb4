//! Regions, zones and clusters.

use crate::{Architecture, ClusterId, RegionId, Timestamp, ZoneId};

/// A region. Its `name` is the id that Huawei Cloud and DiDi Cloud put into requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    pub id: RegionId,
    /// Short and unique, such as `cn-north-4` or `bj`.
    pub name: String,
    /// For people; may equal the name.
    pub title: String,
    pub created_at: Timestamp,
}

/// An availability zone of a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    pub id: ZoneId,
    pub region: RegionId,
    /// Short and unique, such as `bj01`.
    pub name: String,
    pub description: Option<String>,
    pub enabled: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Hosts of one architecture in a zone. A candidate image must have the cluster's architecture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    pub id: ClusterId,
    pub zone: ZoneId,
    pub name: String,
    pub description: Option<String>,
    pub architecture: Architecture,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

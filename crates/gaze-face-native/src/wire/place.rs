//! Regions, zones, clusters and pools.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::present;
use super::value::{ArchitectureWord, ClusterRef, PoolKindWord, PoolRef, RegionRef, Time, ZoneRef};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Region {
    pub(crate) id: RegionRef,
    /// Short and unique; what Huawei Cloud's and DiDi Cloud's clients call the region.
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) created_at: Time,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRegion {
    pub(crate) name: String,
    /// By default the name.
    #[serde(default)]
    pub(crate) title: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Zone {
    pub(crate) id: ZoneRef,
    pub(crate) region: RegionRef,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) enabled: bool,
    pub(crate) created_at: Time,
    pub(crate) updated_at: Time,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewZone {
    pub(crate) region: RegionRef,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: Option<String>,
}

/// Hosts of one architecture.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Cluster {
    pub(crate) id: ClusterRef,
    pub(crate) zone: ZoneRef,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) architecture: ArchitectureWord,
    pub(crate) created_at: Time,
    pub(crate) updated_at: Time,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCluster {
    pub(crate) zone: ZoneRef,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: Option<String>,
    pub(crate) architecture: ArchitectureWord,
}

/// Where volumes live.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Pool {
    pub(crate) id: PoolRef,
    pub(crate) zone: ZoneRef,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) kind: PoolKindWord,
    /// The folder of a file pool.
    pub(crate) path: Option<String>,
    /// The cluster of a Ceph pool.
    pub(crate) fsid: Option<String>,
    pub(crate) enabled: bool,
    pub(crate) created_at: Time,
    pub(crate) updated_at: Time,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPool {
    pub(crate) zone: ZoneRef,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: Option<String>,
    pub(crate) kind: PoolKindWord,
    #[serde(default)]
    pub(crate) path: Option<String>,
    #[serde(default)]
    pub(crate) fsid: Option<String>,
}

/// A field that is absent stays as it is; `null` clears it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ZonePatch {
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub(crate) description: Option<Option<String>>,
    #[serde(default)]
    pub(crate) enabled: Option<bool>,
}

/// A field that is absent stays as it is; `null` clears it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClusterPatch {
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub(crate) description: Option<Option<String>>,
}

/// A field that is absent stays as it is; `null` clears it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PoolPatch {
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub(crate) description: Option<Option<String>>,
    /// A disabled pool gives no bytes to new images.
    #[serde(default)]
    pub(crate) enabled: Option<bool>,
}

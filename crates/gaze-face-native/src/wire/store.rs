//! Image stores.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::present;
use super::value::{
    RegionRef, StoreKindWord, StoreRef, StoreStateWord, StoreStatusWord, Time, ZoneRef,
};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Store {
    pub(crate) id: StoreRef,
    pub(crate) region: RegionRef,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) kind: StoreKindWord,
    /// For `fs`, the folder.
    pub(crate) url: String,
    /// The machine that the folder is on, if somebody named it.
    pub(crate) host: Option<String>,
    pub(crate) fsid: Option<String>,
    pub(crate) medium: Option<String>,
    /// The operator's wish.
    pub(crate) state: StoreStateWord,
    /// What was observed last.
    pub(crate) status: StoreStatusWord,
    /// Bytes that are allowed at most; without it, the disk decides.
    pub(crate) limit: Option<u64>,
    /// Bytes that may be kept here.
    pub(crate) capacity: u64,
    /// Bytes of complete images.
    pub(crate) used: u64,
    /// Bytes promised to work in progress.
    pub(crate) reserved: u64,
    /// Bytes that are left.
    pub(crate) available: u64,
    /// Zones that the store serves.
    pub(crate) zones: Vec<ZoneRef>,
    pub(crate) created_at: Time,
    pub(crate) updated_at: Time,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewStore {
    pub(crate) region: RegionRef,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: Option<String>,
    pub(crate) kind: StoreKindWord,
    /// For `fs`, an absolute path; by default a folder of the store's name in the data folder.
    #[serde(default)]
    pub(crate) url: Option<String>,
    /// A name or an address of the machine that the folder is on: the service's own.
    #[serde(default)]
    pub(crate) host: Option<String>,
    #[serde(default)]
    pub(crate) medium: Option<String>,
    /// At most that many bytes; by default what the disk has.
    #[serde(default)]
    pub(crate) capacity: Option<u64>,
    #[serde(default)]
    pub(crate) zones: Vec<ZoneRef>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewStoreState {
    pub(crate) state: StoreStateWord,
}

/// A field that is absent stays as it is; `null` clears it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StorePatch {
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub(crate) description: Option<Option<String>>,
}

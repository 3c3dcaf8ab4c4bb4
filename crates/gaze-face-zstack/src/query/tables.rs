//! The nouns that conditions can reach from one another, and by which keys they are joined.
//!
//! The names are those of ZStack's inventories (`@ExpandedQuery` of each class). What a query of
//! a noun may see, a condition may reach, and nothing else.

use serde_json::Value;

use super::rows;
use crate::call::Call;
use crate::errors::Failure;
use crate::ops;
use crate::wire::Inventory;
use crate::wire::account::Account;
use crate::wire::backup_storage::BackupStorage;
use crate::wire::cluster::Cluster;
use crate::wire::image::Image;
use crate::wire::primary_storage::PrimaryStorage;
use crate::wire::quota::Quota;
use crate::wire::vm_instance::VmInstance;
use crate::wire::volume::Volume;
use crate::wire::volume_snapshot::VolumeSnapshot;
use crate::wire::zone::Zone;

/// A noun that has relations to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Table {
    Account,
    BackupStorage,
    Cluster,
    Image,
    PrimaryStorage,
    Quota,
    VmInstance,
    Volume,
    VolumeSnapshot,
    Zone,
}

/// A way from one noun to another: the rows whose `far` has a value of ours under `near`. Either
/// key may hold one value or a list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Relation {
    name: &'static str,
    pub(crate) to: Table,
    pub(crate) near: &'static str,
    pub(crate) far: &'static str,
}

const fn relation(
    name: &'static str,
    to: Table,
    near: &'static str,
    far: &'static str,
) -> Relation {
    Relation {
        name,
        to,
        near,
        far,
    }
}

impl Table {
    const ALL: [Self; 10] = [
        Self::Account,
        Self::BackupStorage,
        Self::Cluster,
        Self::Image,
        Self::PrimaryStorage,
        Self::Quota,
        Self::VmInstance,
        Self::Volume,
        Self::VolumeSnapshot,
        Self::Zone,
    ];

    /// The table of an inventory's class, if it has relations.
    pub(crate) fn of(class: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.class() == class)
    }

    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Account => Account::CLASS,
            Self::BackupStorage => BackupStorage::CLASS,
            Self::Cluster => Cluster::CLASS,
            Self::Image => Image::CLASS,
            Self::PrimaryStorage => PrimaryStorage::CLASS,
            Self::Quota => Quota::CLASS,
            Self::VmInstance => VmInstance::CLASS,
            Self::Volume => Volume::CLASS,
            Self::VolumeSnapshot => VolumeSnapshot::CLASS,
            Self::Zone => Zone::CLASS,
        }
    }

    pub(crate) const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Account => Account::FIELDS,
            Self::BackupStorage => BackupStorage::FIELDS,
            Self::Cluster => Cluster::FIELDS,
            Self::Image => Image::FIELDS,
            Self::PrimaryStorage => PrimaryStorage::FIELDS,
            Self::Quota => Quota::FIELDS,
            Self::VmInstance => VmInstance::FIELDS,
            Self::Volume => Volume::FIELDS,
            Self::VolumeSnapshot => VolumeSnapshot::FIELDS,
            Self::Zone => Zone::FIELDS,
        }
    }

    /// The relations of a noun that is queried here. Those of images are [`super::images`]'.
    const fn relations(self) -> &'static [Relation] {
        match self {
            Self::Account => const { &[relation("quota", Self::Quota, "uuid", "identityUuid")] },
            Self::BackupStorage => {
                const {
                    &[
                        relation("zone", Self::Zone, "attachedZoneUuids", "uuid"),
                        relation("image", Self::Image, "uuid", "backupStorageRefs"),
                    ]
                }
            }
            Self::Cluster => {
                const {
                    &[
                        relation("zone", Self::Zone, "zoneUuid", "uuid"),
                        relation("vmInstance", Self::VmInstance, "uuid", "clusterUuid"),
                    ]
                }
            }
            Self::Image => &[],
            Self::PrimaryStorage => {
                const {
                    &[
                        relation("zone", Self::Zone, "zoneUuid", "uuid"),
                        relation("volume", Self::Volume, "uuid", "primaryStorageUuid"),
                    ]
                }
            }
            Self::Quota => const { &[relation("account", Self::Account, "identityUuid", "uuid")] },
            Self::VmInstance => {
                const {
                    &[
                        relation("zone", Self::Zone, "zoneUuid", "uuid"),
                        relation("cluster", Self::Cluster, "clusterUuid", "uuid"),
                        relation("image", Self::Image, "imageUuid", "uuid"),
                        relation("rootVolume", Self::Volume, "rootVolumeUuid", "uuid"),
                        relation("allVolumes", Self::Volume, "uuid", "vmInstanceUuid"),
                    ]
                }
            }
            Self::Volume => {
                const {
                    &[
                        relation("vmInstance", Self::VmInstance, "vmInstanceUuid", "uuid"),
                        relation("snapshot", Self::VolumeSnapshot, "uuid", "volumeUuid"),
                        relation("image", Self::Image, "rootImageUuid", "uuid"),
                        relation(
                            "primaryStorage",
                            Self::PrimaryStorage,
                            "primaryStorageUuid",
                            "uuid",
                        ),
                    ]
                }
            }
            Self::VolumeSnapshot => {
                const {
                    &[
                        relation("volume", Self::Volume, "volumeUuid", "uuid"),
                        relation(
                            "primaryStorage",
                            Self::PrimaryStorage,
                            "primaryStorageUuid",
                            "uuid",
                        ),
                    ]
                }
            }
            Self::Zone => {
                const {
                    &[
                        relation("cluster", Self::Cluster, "uuid", "zoneUuid"),
                        relation("primaryStorage", Self::PrimaryStorage, "uuid", "zoneUuid"),
                        relation(
                            "backupStorage",
                            Self::BackupStorage,
                            "uuid",
                            "attachedZoneUuids",
                        ),
                        relation("vmInstance", Self::VmInstance, "uuid", "zoneUuid"),
                    ]
                }
            }
        }
    }

    pub(crate) fn relation(self, name: &str) -> Option<&'static Relation> {
        self.relations()
            .iter()
            .find(|relation| relation.name == name)
    }

    /// Everything of the noun that the caller may see. None of images, of which there are many:
    /// those are asked for by condition.
    pub(crate) async fn rows(self, call: &Call) -> Result<Vec<Value>, Failure> {
        match self {
            Self::Account => rows::of(&ops::query_account::all(call).await?),
            Self::BackupStorage => rows::of(&ops::query_backup_storage::all(call).await?),
            Self::Cluster => rows::of(&ops::query_cluster::all(call).await?),
            Self::Image => Ok(Vec::new()),
            Self::PrimaryStorage => rows::of(&ops::query_primary_storage::all(call).await?),
            Self::Quota => rows::of(&ops::query_quota::all(call).await?),
            Self::VmInstance => rows::of(&ops::query_vm_instance::all(call).await?),
            Self::Volume => rows::of(&ops::query_volume::all(call).await?),
            Self::VolumeSnapshot => rows::of(&ops::query_volume_snapshot::all(call).await?),
            Self::Zone => rows::of(&ops::query_zone::all(call).await?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_join_by_keys_that_both_sides_have() {
        for table in Table::ALL {
            assert_eq!(Table::of(table.class()), Some(table));
            for relation in table.relations() {
                let said = format!("{table:?}.{}", relation.name);
                assert!(table.fields().contains(&relation.near), "{said}");
                assert!(relation.to.fields().contains(&relation.far), "{said}");
                // A list of inventories within another has the name of the way to them.
                let nested = VmInstance::NESTED
                    .iter()
                    .any(|(key, _)| *key == relation.name);
                let own = table.fields().contains(&relation.name);
                assert!(!own || nested, "{said}");
            }
        }
    }
}

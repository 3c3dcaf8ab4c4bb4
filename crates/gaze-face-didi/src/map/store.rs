//! Stores: DiDi Cloud's backup storages.

use std::collections::BTreeSet;

use gaze_app::Names;
use gaze_domain::{Image, LocationState, Store, StoreKind, StoreState, StoreStatus};

use crate::wire::BackupStorage;

/// Where an image is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Whereabouts {
    /// Ids, in order.
    pub(crate) regions: Vec<String>,
    /// Ids, lower-case, in order.
    pub(crate) zones: Vec<String>,
    /// One for each store and zone that it serves, by id.
    pub(crate) storages: Vec<BackupStorage>,
}

/// The places of an image's complete copies, or, while there is none, of those on their way.
pub(crate) fn whereabouts(image: &Image, names: &Names) -> Whereabouts {
    let state = if image.ready_locations().next().is_some() {
        LocationState::Ready
    } else {
        LocationState::Writing
    };
    let stores: Vec<&Store> = image
        .locations
        .iter()
        .filter(|location| location.state == state)
        .filter_map(|location| names.store(location.store))
        .collect();
    let regions: BTreeSet<String> = stores
        .iter()
        .filter_map(|store| names.region_of_store(store.id))
        .map(|region| region.name.clone())
        .collect();
    let zones: BTreeSet<String> = stores
        .iter()
        .flat_map(|store| &store.zones)
        .filter_map(|zone| names.zone(*zone))
        .map(|zone| zone.name.to_lowercase())
        .collect();
    let storages: BTreeSet<BackupStorage> = stores
        .iter()
        .flat_map(|store| backup_storages(store, names))
        .collect();
    Whereabouts {
        regions: regions.into_iter().collect(),
        zones: zones.into_iter().collect(),
        storages: storages.into_iter().collect(),
    }
}

/// The vendor's form has room for one zone, so a store that serves several appears once for each.
fn backup_storages(store: &Store, names: &Names) -> Vec<BackupStorage> {
    let zones: Vec<String> = store
        .zones
        .iter()
        .filter_map(|zone| names.zone(*zone))
        // Upper case here, though `zones` of the same image are lower case.
        .map(|zone| zone.name.to_uppercase())
        .collect();
    let zones = if zones.is_empty() {
        vec![String::new()]
    } else {
        zones
    };
    zones
        .into_iter()
        .map(|zone| BackupStorage {
            bs_uuid: store.id.hex(),
            // Of the vendor's `SSD`, `HE` and `HDD`, the last is the ordinary one.
            disk_type: store.medium.clone().unwrap_or_else(|| "HDD".to_owned()),
            name: store.name.clone(),
            state: state(store.state),
            status: status(store.status),
            kind: kind(store.kind),
            zone,
        })
        .collect()
}

/// Two words are published; the published `S3-Backup-Storage` is of the type `LocalStorage`.
const fn kind(kind: StoreKind) -> &'static str {
    match kind {
        StoreKind::Fs | StoreKind::S3 => "LocalStorage",
        StoreKind::Ceph => "Ceph",
    }
}

const fn state(state: StoreState) -> &'static str {
    match state {
        StoreState::Enabled => "Enabled",
        StoreState::Disabled => "Disabled",
    }
}

const fn status(status: StoreStatus) -> &'static str {
    match status {
        StoreStatus::Connecting => "Connecting",
        StoreStatus::Connected => "Connected",
        StoreStatus::Disconnected => "Disconnected",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::testing;

    #[test]
    fn words_of_stores_are_the_vendors() {
        let kinds: Vec<_> = StoreKind::ALL.iter().map(|k| kind(*k)).collect();
        assert_eq!(kinds, ["LocalStorage", "LocalStorage", "Ceph"]);
        let states: Vec<_> = StoreState::ALL.iter().map(|s| state(*s)).collect();
        assert_eq!(states, ["Enabled", "Disabled"]);
        let statuses: Vec<_> = StoreStatus::ALL.iter().map(|s| status(*s)).collect();
        assert_eq!(statuses, ["Connecting", "Connected", "Disconnected"]);
    }

    #[test]
    fn an_image_is_where_its_complete_copies_are() {
        let names = testing::names();
        let mut image = testing::image();
        image.locations = vec![
            testing::location(2, LocationState::Ready),
            testing::location(1, LocationState::Ready),
            testing::location(3, LocationState::Writing),
        ];
        let found = whereabouts(&image, &names);
        assert_eq!(found.regions, ["bj"]);
        assert_eq!(found.zones, ["bj01", "bj02"]);
        let storages: Vec<_> = found
            .storages
            .iter()
            .map(|storage| {
                (
                    storage.name.as_str(),
                    storage.disk_type.as_str(),
                    storage.zone.as_str(),
                )
            })
            .collect();
        assert_eq!(
            storages,
            [
                ("ceph-bj01-he", "HE", "BJ01"),
                ("wide", "HDD", "BJ01"),
                ("wide", "HDD", "BJ02"),
            ]
        );
    }

    #[test]
    fn an_image_on_its_way_is_where_it_goes() {
        let names = testing::names();
        let mut image = testing::image();
        image.locations = vec![
            testing::location(3, LocationState::Writing),
            testing::location(1, LocationState::Deleting),
        ];
        let found = whereabouts(&image, &names);
        assert_eq!(found.regions, ["gz"]);
        assert_eq!(found.zones, Vec::<String>::new());
        assert_eq!(found.storages.len(), 1);
        assert_eq!(found.storages[0].zone, "");

        image.locations = vec![];
        let nowhere = whereabouts(&image, &names);
        assert_eq!((nowhere.regions.len(), nowhere.storages.len()), (0, 0));
    }
}

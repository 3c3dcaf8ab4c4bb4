//! Store → BackupStorageInventory, and the inventories of its types.

use gaze_domain::{Store, ZoneId};

use super::words;
use crate::wire::backup_storage::{BackupStorage, Ceph, ImageStore, Sftp};
use crate::wire::date;

pub(crate) fn inventory(store: &Store) -> BackupStorage {
    BackupStorage {
        uuid: store.id.hex(),
        name: store.name.clone(),
        url: store.url.clone(),
        description: store.description.clone(),
        total_capacity: store.capacity.0,
        available_capacity: store.available().0,
        r#type: words::store_kind(store.kind),
        state: words::store_state(store.state),
        status: words::store_status(store.status),
        create_date: date::show(store.created_at),
        last_op_date: date::show(store.updated_at),
        attached_zone_uuids: store.zones.iter().copied().map(ZoneId::hex).collect(),
    }
}

/// The machine of a folder store that nobody named is this one.
pub(crate) fn sftp(store: &Store) -> Sftp {
    Sftp {
        base: inventory(store),
        hostname: store.host.clone().unwrap_or_else(|| "localhost".into()),
    }
}

pub(crate) fn image_store(store: &Store) -> ImageStore {
    ImageStore {
        base: inventory(store),
        hostname: store.host.clone(),
    }
}

pub(crate) fn ceph(store: &Store) -> Ceph {
    Ceph {
        base: inventory(store),
        fsid: store.fsid.clone(),
    }
}

#[cfg(test)]
mod tests {
    use gaze_domain::{ByteCount, StoreKind, StoreState, StoreStatus};

    use super::*;
    use crate::testing;

    #[test]
    fn a_store_is_shown_with_the_room_that_is_left() {
        let mut store = testing::store(9);
        store.capacity = ByteCount(100);
        store.used = ByteCount(30);
        store.reserved = ByteCount(20);
        let shown = inventory(&store);
        assert_eq!((shown.total_capacity, shown.available_capacity), (100, 50));
    }

    #[test]
    fn every_kind_state_and_status_has_a_word() {
        let mut seen = Vec::new();
        for kind in StoreKind::ALL {
            let mut store = testing::store(9);
            store.kind = *kind;
            store.state = StoreState::Disabled;
            store.status = StoreStatus::Disconnected;
            let shown = inventory(&store);
            assert_eq!((shown.state, shown.status), ("Disabled", "Disconnected"));
            seen.push(shown.r#type);
        }
        assert_eq!(
            seen,
            ["SftpBackupStorage", "ImageStoreBackupStorage", "Ceph"]
        );
    }
}

//! Image stores.

use gaze_app::{NewStore, StorePatch};
use gaze_domain::{ByteCount, Store};

use crate::wire::store as wire;
use crate::wire::value::{Id, Time, Word};

impl From<Store> for wire::Store {
    fn from(store: Store) -> Self {
        let available = store.available().0;
        Self {
            id: Id(store.id),
            region: Id(store.region),
            name: store.name,
            description: store.description,
            kind: Word(store.kind),
            url: store.url,
            host: store.host,
            fsid: store.fsid,
            medium: store.medium,
            state: Word(store.state),
            status: Word(store.status),
            limit: store.limit.map(|limit| limit.0),
            capacity: store.capacity.0,
            used: store.used.0,
            reserved: store.reserved.0,
            available,
            zones: store.zones.into_iter().map(Id).collect(),
            created_at: Time(store.created_at),
            updated_at: Time(store.updated_at),
        }
    }
}

impl From<wire::NewStore> for NewStore {
    fn from(new: wire::NewStore) -> Self {
        Self {
            id: None,
            region: new.region.0,
            name: new.name,
            description: new.description,
            kind: new.kind.0,
            url: new.url,
            host: new.host,
            medium: new.medium,
            capacity: new.capacity.map(ByteCount),
            zones: new.zones.into_iter().map(|id| id.0).collect(),
        }
    }
}

impl From<wire::StorePatch> for StorePatch {
    fn from(patch: wire::StorePatch) -> Self {
        Self {
            name: patch.name,
            description: patch.description,
        }
    }
}

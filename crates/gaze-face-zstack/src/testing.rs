//! Plain examples of the domain's nouns for the tests of this crate.

use gaze_domain::{
    ByteCount, Image, ImageId, Location, LocationId, LocationState, RegionId, Store, StoreId,
    StoreKind, StoreState, StoreStatus, Timestamp,
};

fn uuid(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

pub(crate) fn image(number: u128) -> Image {
    Image {
        id: ImageId::new(uuid(number)),
        ..gaze_domain::testing::image()
    }
}

pub(crate) fn location(image: &Image, store: StoreId) -> Location {
    Location {
        id: LocationId::new(uuid(300)),
        image: image.id,
        store,
        key: "k".into(),
        state: LocationState::Ready,
        size: ByteCount(1 << 20),
        ordinal: 1,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

pub(crate) fn store(number: u128) -> Store {
    Store {
        id: StoreId::new(uuid(number)),
        region: RegionId::new(uuid(1)),
        name: "s".into(),
        description: None,
        kind: StoreKind::Fs,
        url: "/stores/s/".into(),
        host: None,
        fsid: None,
        medium: None,
        state: StoreState::Enabled,
        status: StoreStatus::Connected,
        limit: None,
        capacity: ByteCount(1 << 40),
        used: ByteCount(1 << 20),
        reserved: ByteCount(0),
        zones: Vec::new(),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

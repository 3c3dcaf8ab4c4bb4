//! Plain examples of the domain's nouns for the tests of this crate.

use std::collections::{BTreeMap, BTreeSet};

use gaze_domain::image::{Checksums, Os};
use gaze_domain::{
    Architecture, ByteCount, DiskFormat, Image, ImageId, Location, LocationId, LocationState,
    Media, Platform, ProjectId, RegionId, Status, Store, StoreId, StoreKind, StoreState,
    StoreStatus, Timestamp, Visibility,
};

fn uuid(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

pub(crate) fn image(number: u128) -> Image {
    Image {
        id: ImageId::new(uuid(number)),
        owner: ProjectId::new(uuid(7)),
        name: "TinyLinux".into(),
        description: None,
        status: Status::Active,
        enabled: true,
        visibility: Visibility::Private,
        protected: false,
        hidden: false,
        media: Media::RootDisk,
        system: false,
        virtio: true,
        platform: Platform::Linux,
        architecture: Some(Architecture::X86_64),
        firmware: None,
        os: Os::default(),
        format: Some(DiskFormat::Qcow2),
        size: Some(ByteCount(1 << 20)),
        virtual_size: Some(ByteCount(1 << 30)),
        checksums: Checksums::default(),
        min_disk_gib: 0,
        min_ram_mib: 0,
        source: String::new(),
        failure: None,
        tags: BTreeSet::new(),
        properties: BTreeMap::new(),
        locations: Vec::new(),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
        deleted_at: None,
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

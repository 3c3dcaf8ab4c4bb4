//! Plain examples of the nouns for tests.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::image::{Checksums, Os};
use crate::{
    Architecture, ByteCount, DiskFormat, Image, ImageId, Location, LocationId, LocationState,
    Media, Platform, Pool, PoolId, PoolKind, ProjectId, RegionId, Status, Store, StoreId,
    StoreKind, StoreState, StoreStatus, Timestamp, Visibility, ZoneId,
};

/// A small image that is ready, for x86-64, without a copy.
pub fn image() -> Image {
    Image {
        id: ImageId::new(Uuid::from_u128(100)),
        owner: ProjectId::new(Uuid::from_u128(7)),
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

pub fn location(image: ImageId, store: StoreId) -> Location {
    Location {
        id: LocationId::new(Uuid::from_u128(300)),
        image,
        store,
        key: "k".into(),
        state: LocationState::Ready,
        size: ByteCount(1 << 20),
        ordinal: 1,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

pub fn store(id: u128, kind: StoreKind, zones: &[ZoneId]) -> Store {
    Store {
        id: StoreId::new(Uuid::from_u128(id)),
        region: RegionId::new(Uuid::from_u128(1)),
        name: "s".into(),
        description: None,
        kind,
        url: "/s".into(),
        host: None,
        fsid: None,
        medium: None,
        state: StoreState::Enabled,
        status: StoreStatus::Connected,
        limit: None,
        capacity: ByteCount(1 << 40),
        used: ByteCount(0),
        reserved: ByteCount(0),
        zones: zones.to_vec(),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

pub fn pool(kind: PoolKind, zone: ZoneId) -> Pool {
    Pool {
        id: PoolId::new(Uuid::from_u128(400)),
        zone,
        name: "p".into(),
        description: None,
        kind,
        path: Some("/p".into()),
        fsid: None,
        enabled: true,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

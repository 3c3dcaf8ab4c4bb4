//! Nouns for the tests of this crate's maps.

use gaze_app::{Names, Work, WorkKind, WorkState};
use gaze_domain::image::Os;
use gaze_domain::{
    Architecture, ByteCount, Image, ImageId, JobId, Location, LocationId, LocationState, ProjectId,
    Region, RegionId, Store, StoreId, StoreKind, StoreState, StoreStatus, Timestamp, Zone, ZoneId,
};
use uuid::Uuid;

/// The one item of the example of "List custom images (ListCIMG)".
pub(crate) const PUBLISHED_ITEM: &str = r#"{
    "backupStorages": [
        {"bsUuid": "257ec36487cd4c36be2e2883b0363e97", "diskType": "HE", "name": "ceph-bj01-he",
         "state": "Enabled", "status": "Connected", "type": "Ceph", "zone": "BJ01"},
        {"bsUuid": "c1e6b5a214f5400082a55ad16fe4d005", "diskType": "SSD",
         "name": "S3-Backup-Storage", "state": "Enabled", "status": "Connected",
         "type": "LocalStorage", "zone": "BJ01"},
        {"bsUuid": "f51da6e463cb45cd81393a1d21198f18", "diskType": "SSD", "name": "ceph-bj01-ssd",
         "state": "Enabled", "status": "Connected", "type": "Ceph", "zone": "BJ01"}
    ],
    "checkState": "uncheck",
    "cimgId": "cimg-cy58anir",
    "cimgTags": [],
    "cimgUuid": "4a48f88391134a01befe88ff98b68a88",
    "createTime": 1603799470000,
    "description": "",
    "isExternal": true,
    "isShared": false,
    "name": "北京02",
    "osArch": "64bit",
    "osFamily": "CentOS",
    "osVersion": "7",
    "platform": "Linux",
    "regions": ["bj"],
    "requirement": {"minDiskSize": 8589934592},
    "scenes": ["base"],
    "size": 549899264,
    "status": "Ready",
    "type": "custom",
    "updateTime": 1603799470000,
    "zones": ["bj01"]
}"#;

pub(crate) fn image() -> Image {
    Image {
        architecture: None,
        size: None,
        virtual_size: None,
        ..gaze_domain::testing::image()
    }
}

/// A copy of [`image`] in one of the stores of [`names`].
pub(crate) fn location(store: u128, state: LocationState) -> Location {
    Location {
        id: LocationId::new(Uuid::from_u128(300 + store)),
        image: ImageId::new(Uuid::from_u128(100)),
        store: StoreId::new(Uuid::from_u128(store)),
        key: "k".into(),
        state,
        size: ByteCount(1 << 20),
        ordinal: 1,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

fn region(id: u128, name: &str, title: &str) -> Region {
    Region {
        id: RegionId::new(Uuid::from_u128(id)),
        name: name.into(),
        title: title.into(),
        created_at: Timestamp::UNIX_EPOCH,
    }
}

fn zone(id: u128, region: u128, name: &str) -> Zone {
    Zone {
        id: ZoneId::new(Uuid::from_u128(id)),
        region: RegionId::new(Uuid::from_u128(region)),
        name: name.into(),
        description: None,
        enabled: true,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

fn store(id: u128, region: u128, name: &str, kind: StoreKind, zones: &[u128]) -> Store {
    Store {
        id: StoreId::new(Uuid::from_u128(id)),
        region: RegionId::new(Uuid::from_u128(region)),
        name: name.into(),
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
        zones: zones
            .iter()
            .map(|zone| ZoneId::new(Uuid::from_u128(*zone)))
            .collect(),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

/// Beijing with two zones and two stores, Guangzhou with a store and no zone.
pub(crate) fn names() -> Names {
    let mut he = store(1, 1, "ceph-bj01-he", StoreKind::Ceph, &[11]);
    he.medium = Some("HE".into());
    Names {
        regions: vec![region(1, "bj", "北京"), region(2, "gz", "广州")],
        zones: vec![zone(11, 1, "bj01"), zone(12, 1, "BJ02")],
        stores: vec![
            he,
            store(2, 1, "wide", StoreKind::Fs, &[11, 12]),
            store(3, 2, "far", StoreKind::Fs, &[]),
        ],
        generation: 0,
    }
}

/// The places of the published example.
pub(crate) fn published_names() -> Names {
    let published = [
        (
            "257ec36487cd4c36be2e2883b0363e97",
            "ceph-bj01-he",
            StoreKind::Ceph,
            "HE",
        ),
        (
            "c1e6b5a214f5400082a55ad16fe4d005",
            "S3-Backup-Storage",
            StoreKind::S3,
            "SSD",
        ),
        (
            "f51da6e463cb45cd81393a1d21198f18",
            "ceph-bj01-ssd",
            StoreKind::Ceph,
            "SSD",
        ),
    ];
    let stores = published.map(|(id, name, kind, medium)| {
        let mut store = store(0, 1, name, kind, &[11]);
        store.id = StoreId::parse(id).unwrap();
        store.medium = Some(medium.into());
        store
    });
    Names {
        stores: stores.to_vec(),
        ..names()
    }
}

/// The image of the published example.
pub(crate) fn published_image() -> Image {
    let id = ImageId::parse("4a48f88391134a01befe88ff98b68a88").unwrap();
    let time: Timestamp = "2020-10-27T11:51:10Z".parse().unwrap();
    let stores = published_names().stores;
    Image {
        id,
        name: "北京02".into(),
        architecture: Some(Architecture::X86_64),
        os: Os {
            distro: Some("CentOS".into()),
            version: Some("7".into()),
            guest_type: None,
        },
        size: Some(ByteCount(549_899_264)),
        virtual_size: Some(ByteCount(8_589_934_592)),
        locations: stores
            .iter()
            .map(|store| Location {
                store: store.id,
                ..location(0, LocationState::Ready)
            })
            .collect(),
        created_at: time,
        updated_at: time,
        ..image()
    }
}

/// A job on [`image`].
pub(crate) fn work(kind: WorkKind, state: WorkState) -> Work {
    Work {
        id: JobId::new(Uuid::from_u128(9)),
        kind,
        state,
        wanted: None,
        asked: None,
        image: Some(ImageId::new(Uuid::from_u128(100))),
        source: None,
        instance: None,
        export: None,
        origin: None,
        owner: ProjectId::new(Uuid::from_u128(7)),
        done: 0,
        total: None,
        cancelling: false,
        stage: String::new(),
        failure: None,
        created_at: Timestamp::UNIX_EPOCH,
        started_at: None,
        finished_at: None,
    }
}

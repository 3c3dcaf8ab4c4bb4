//! Plain examples of every noun, and a small cloud to put them into.

use std::collections::{BTreeMap, BTreeSet};

use gaze_catalog::{Catalog, Failure, Tx, cluster, domain, image, pool, project, region};
use gaze_catalog::{store, user, zone};
use gaze_domain::image::{Checksums, Os};
use gaze_domain::{
    Architecture, ByteCount, Cluster, ClusterId, DiskFormat, Domain, DomainId, Error, Firmware,
    Image, ImageId, Media, Member, MemberState, Platform, Pool, PoolId, PoolKind, Project,
    ProjectId, Region, RegionId, Role, Status, Store, StoreId, StoreKind, StoreState, StoreStatus,
    Timestamp, User, UserId, Visibility, Zone, ZoneId,
};
use gaze_sql::BoxFuture;
use gaze_sql::testing::{Fresh, databases};
use uuid::Uuid;

pub(crate) const DOMAIN: u128 = 1;
pub(crate) const ZONE: u128 = 1;
pub(crate) const CLUSTER: u128 = 1;
pub(crate) const POOL: u128 = 1;

/// A catalogue on a database of its own.
pub(crate) struct World {
    pub(crate) name: &'static str,
    pub(crate) catalog: Catalog,
    _fresh: Fresh,
}

/// Empty catalogues on both databases.
pub(crate) async fn empty() -> Vec<World> {
    let mut worlds = Vec::new();
    for fresh in databases().await {
        worlds.push(World {
            name: fresh.name,
            catalog: Catalog::open(fresh.db.clone()).await.unwrap(),
            _fresh: fresh,
        });
    }
    worlds
}

/// Catalogues with a domain, projects 1 to 3, regions, zones and stores 1 and 2, a cluster, a pool.
pub(crate) async fn small() -> Vec<World> {
    let worlds = empty().await;
    for world in &worlds {
        world.write(|tx| Box::pin(seed(tx))).await.unwrap();
    }
    worlds
}

async fn seed(tx: &mut Tx) -> Result<(), Failure> {
    domain::insert(tx, &domain_(DOMAIN)).await?;
    for n in 1..=3 {
        project::insert(tx, &project_(n)).await?;
        user::insert(tx, &user_(n), "hash").await?;
    }
    for n in 1..=2 {
        region::insert(tx, &region_(n)).await?;
        zone::insert(tx, &zone_(n, n)).await?;
        store::insert(tx, &store_(n, n, &[n])).await?;
    }
    cluster::insert(tx, &cluster_(CLUSTER)).await?;
    pool::insert(tx, &pool_(POOL)).await
}

impl World {
    pub(crate) async fn write<T, F>(&self, body: F) -> Result<T, Error>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, Failure>> + Send + 'static,
        T: Send + 'static,
    {
        self.catalog.write(body).await
    }

    pub(crate) async fn add(&self, image: &Image) -> Result<(), Error> {
        let image = image.clone();
        self.write(move |tx| Box::pin(async move { image::insert(tx, &image).await }))
            .await
    }

    pub(crate) async fn image(&self, id: ImageId) -> Image {
        image::get(&mut self.catalog.read(), id).await.unwrap()
    }

    pub(crate) async fn store(&self, n: u128) -> Store {
        store::get(&mut self.catalog.read(), store_id(n))
            .await
            .unwrap()
    }

    pub(crate) async fn project(&self, n: u128) -> Project {
        project::get(&mut self.catalog.read(), project_id(n))
            .await
            .unwrap()
    }

    /// The values of one text column, in order.
    pub(crate) async fn texts(&self, sql: &str) -> Vec<String> {
        let rows = self.catalog.db().query(sql, &[]).await.unwrap();
        rows.iter().map(|row| row.text(0).unwrap()).collect()
    }
}

/// Runs statements in one transaction: `write!(world, |tx| region::insert(tx, &region))`.
macro_rules! write {
    ($world:expr, |$tx:ident| $body:expr) => {
        $world
            .write(move |$tx| Box::pin(async move { $body.await }))
            .await
    };
}
pub(crate) use write;

macro_rules! ids {
    ($($name:ident => $id:ident;)*) => {$(
        pub(crate) fn $name(n: u128) -> $id {
            $id::new(Uuid::from_u128(n))
        }
    )*};
}

ids! {
    image_id => ImageId;
    project_id => ProjectId;
    store_id => StoreId;
    region_id => RegionId;
    zone_id => ZoneId;
    user_id => UserId;
    domain_id => DomainId;
    cluster_id => ClusterId;
    pool_id => PoolId;
}

/// So many seconds after the epoch.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

pub(crate) fn domain_(n: u128) -> Domain {
    Domain {
        id: domain_id(n),
        name: format!("domain-{n}"),
        created_at: at(1),
    }
}

pub(crate) fn project_(n: u128) -> Project {
    Project {
        id: project_id(n),
        domain: domain_id(DOMAIN),
        name: format!("project-{n}"),
        description: None,
        enabled: true,
        max_image_count: None,
        max_image_bytes: None,
        image_count: 0,
        image_bytes: 0,
        created_at: at(1),
        updated_at: at(1),
    }
}

pub(crate) fn user_(n: u128) -> User {
    User {
        id: user_id(n),
        domain: domain_id(DOMAIN),
        project: project_id(n),
        name: format!("user-{n}"),
        description: None,
        email: None,
        role: Role::Member,
        enabled: true,
        created_at: at(1),
        updated_at: at(1),
    }
}

pub(crate) fn region_(n: u128) -> Region {
    Region {
        id: region_id(n),
        name: format!("region-{n}"),
        title: format!("Region {n}"),
        created_at: at(1),
    }
}

pub(crate) fn zone_(n: u128, region: u128) -> Zone {
    Zone {
        id: zone_id(n),
        region: region_id(region),
        name: format!("zone-{n}"),
        description: None,
        enabled: true,
        created_at: at(1),
        updated_at: at(1),
    }
}

pub(crate) fn cluster_(n: u128) -> Cluster {
    Cluster {
        id: cluster_id(n),
        zone: zone_id(ZONE),
        name: format!("cluster-{n}"),
        description: None,
        architecture: Architecture::X86_64,
        created_at: at(1),
        updated_at: at(1),
    }
}

pub(crate) fn pool_(n: u128) -> Pool {
    Pool {
        id: pool_id(n),
        zone: zone_id(ZONE),
        name: format!("pool-{n}"),
        description: None,
        kind: PoolKind::Local,
        path: Some("/vms".into()),
        fsid: None,
        enabled: true,
        created_at: at(1),
        updated_at: at(1),
    }
}

/// A store of 1000 bytes.
pub(crate) fn store_(n: u128, region: u128, zones: &[u128]) -> Store {
    Store {
        id: store_id(n),
        region: region_id(region),
        name: format!("store-{n}"),
        description: None,
        kind: StoreKind::Fs,
        url: format!("/stores/{n}"),
        host: None,
        fsid: None,
        medium: None,
        state: StoreState::Enabled,
        status: StoreStatus::Connected,
        limit: None,
        capacity: ByteCount(1000),
        used: ByteCount(0),
        reserved: ByteCount(0),
        zones: zones.iter().map(|n| zone_id(*n)).collect(),
        created_at: at(1),
        updated_at: at(1),
    }
}

/// A membership of that project, created so many seconds after the epoch.
pub(crate) fn member_(image: u128, project: u128, state: MemberState) -> Member {
    Member {
        image: image_id(image),
        project: project_id(project),
        state,
        created_at: at(i64::try_from(project).unwrap()),
        updated_at: at(2),
    }
}

/// An image of project 1 with every optional field absent.
pub(crate) fn bare_image(n: u128) -> Image {
    Image {
        id: image_id(n),
        owner: project_id(1),
        name: format!("image-{n}"),
        description: None,
        status: Status::Queued,
        enabled: false,
        visibility: Visibility::Private,
        protected: false,
        hidden: false,
        media: Media::DataDisk,
        system: false,
        virtio: false,
        platform: Platform::Other,
        architecture: None,
        firmware: None,
        os: Os::default(),
        format: None,
        size: None,
        virtual_size: None,
        checksums: Checksums::default(),
        min_disk_gib: 0,
        min_ram_mib: 0,
        source: String::new(),
        failure: None,
        tags: BTreeSet::new(),
        properties: BTreeMap::new(),
        locations: Vec::new(),
        created_at: at(1),
        updated_at: at(1),
        deleted_at: None,
    }
}

/// An image of project 1 with every field set, to values that try the encoding.
pub(crate) fn full_image(n: u128) -> Image {
    let tags = ["b", "a", "标签", "it's \"quoted\"", "100%_\\"];
    let properties = [("k", ""), ("", "v"), ("名", "值\n\"'\\"), ("json", "{}")];
    Image {
        description: Some(String::new()),
        status: Status::Deleted,
        enabled: true,
        visibility: Visibility::Shared,
        protected: true,
        hidden: true,
        media: Media::RootDisk,
        system: true,
        virtio: true,
        platform: Platform::WindowsVirtio,
        architecture: Some(Architecture::Loongarch64),
        firmware: Some(Firmware::UefiCsm),
        os: Os {
            distro: Some("Ubuntu".into()),
            version: Some("22.04".into()),
            guest_type: Some("系统".into()),
        },
        format: Some(DiskFormat::Qcow2),
        size: Some(ByteCount(i64::MAX.unsigned_abs())),
        virtual_size: Some(ByteCount(0)),
        checksums: Checksums {
            md5: Some("m".into()),
            sha256: Some("s".into()),
            sha512: Some("t".into()),
        },
        min_disk_gib: 3,
        min_ram_mib: 4,
        source: "http://example.org/a?b=c".into(),
        failure: Some("it broke".into()),
        tags: tags.map(str::to_owned).into(),
        properties: properties
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        created_at: Timestamp::from_microsecond(1_700_000_000_123_456).unwrap(),
        updated_at: Timestamp::from_microsecond(1_700_000_000_123_457).unwrap(),
        deleted_at: Some(at(9)),
        ..bare_image(n)
    }
}

/// An image of project 1 that machines can start from.
pub(crate) fn ready_image(n: u128) -> Image {
    Image {
        status: Status::Active,
        enabled: true,
        media: Media::RootDisk,
        architecture: Some(Architecture::X86_64),
        ..bare_image(n)
    }
}

/// Whether an error is of that kind; the macro's message shows the other kind.
macro_rules! assert_error {
    ($result:expr, $pattern:pat $(if $guard:expr)?) => {{
        let result = $result;
        assert!(matches!(&result, Err($pattern) $(if $guard)?), "{result:?}");
    }};
}
pub(crate) use assert_error;

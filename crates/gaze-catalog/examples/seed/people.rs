//! The projects that own the images, who makes the requests, and where.

use gaze_catalog::{
    Catalog, Failure, Tx, cluster, domain, instance, pool, project, region, store, token, user,
    volume, zone,
};
use gaze_domain::access::{Role, TokenKind, TokenScope};
use gaze_domain::{
    Architecture, ByteCount, ClusterId, DiskFormat, DomainId, Error, Instance, InstanceId,
    Platform, PoolId, Project, ProjectId, Result, StoreId, Timestamp, User, UserId, Volume,
    VolumeId, VolumeRole, ZoneId,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::images::Plan;

pub(crate) const TENANT: ProjectId = ProjectId::new(Uuid::from_u128(0xbe00_0001));
pub(crate) const OWNER: ProjectId = ProjectId::new(Uuid::from_u128(0xbe00_0002));
pub(crate) const LIBRARY: ProjectId = ProjectId::new(Uuid::from_u128(0xbe00_0003));
const INSTANCE: InstanceId = InstanceId::new(Uuid::from_u128(0xbe00_0004));

/// The end of sessions: the year 2100.
const FAR: i64 = 4_102_444_800;

/// One of the other projects.
pub(crate) fn other(n: usize) -> ProjectId {
    ProjectId::new(Uuid::from_u128(0xbe01_0000_0000 + n as u128))
}

/// What the service's first start made.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    domain: DomainId,
    zone: ZoneId,
    cluster: ClusterId,
    pool: PoolId,
    pub(crate) store: StoreId,
    pub(crate) region_name: String,
}

pub(crate) async fn places(catalog: &Catalog) -> Result<Places> {
    let mut read = catalog.read();
    let absent = || Error::invalid("database", "the service has not been started on it");
    let zone = zone::list(&mut read).await?.pop().ok_or_else(absent)?;
    Ok(Places {
        domain: domain::list(&mut read).await?.pop().ok_or_else(absent)?.id,
        cluster: cluster::list(&mut read).await?.pop().ok_or_else(absent)?.id,
        pool: pool::list(&mut read).await?.pop().ok_or_else(absent)?.id,
        store: store::list(&mut read).await?.pop().ok_or_else(absent)?.id,
        region_name: region::list(&mut read)
            .await?
            .pop()
            .ok_or_else(absent)?
            .name,
        zone: zone.id,
    })
}

/// Who makes requests, and the machine that is asked about.
pub(crate) struct People {
    pub(crate) tenant: Value,
    pub(crate) owner: Value,
    pub(crate) instance: String,
}

pub(crate) async fn seed(catalog: &Catalog, plan: &Plan, places: &Places) -> Result<People> {
    let (others, places) = (plan.others(), places.clone());
    catalog
        .write(move |tx| {
            Box::pin(async move {
                for n in 0..others {
                    add_project(tx, &places, other(n), &format!("tenant-{n}")).await?;
                }
                add_project(tx, &places, LIBRARY, "library").await?;
                let tenant = add_caller(tx, &places, TENANT, "small-tenant").await?;
                let owner = add_caller(tx, &places, OWNER, "large-owner").await?;
                add_instance(tx, &places).await?;
                let instance = INSTANCE.hex();
                Ok(People {
                    tenant,
                    owner,
                    instance,
                })
            })
        })
        .await
}

async fn add_project(
    tx: &mut Tx,
    places: &Places,
    id: ProjectId,
    name: &str,
) -> std::result::Result<(), Failure> {
    let now = Timestamp::UNIX_EPOCH;
    let made = Project {
        id,
        domain: places.domain,
        name: name.to_owned(),
        description: None,
        enabled: true,
        max_image_count: None,
        max_image_bytes: None,
        image_count: 0,
        image_bytes: 0,
        created_at: now,
        updated_at: now,
    };
    project::insert(tx, &made).await
}

/// A project with a user who has a token of each kind and cannot log in otherwise.
async fn add_caller(
    tx: &mut Tx,
    places: &Places,
    id: ProjectId,
    name: &str,
) -> std::result::Result<Value, Failure> {
    add_project(tx, places, id, name).await?;
    let now = Timestamp::UNIX_EPOCH;
    let caller = User {
        id: UserId::new(id.uuid()),
        domain: places.domain,
        project: id,
        name: name.to_owned(),
        description: None,
        email: None,
        role: Role::Member,
        enabled: true,
        created_at: now,
        updated_at: now,
    };
    user::insert(tx, &caller, "no password fits").await?;
    let far = Timestamp::from_second(FAR).unwrap_or(Timestamp::MAX);
    let mut texts = serde_json::Map::new();
    for (kind, text) in [
        (TokenKind::Session, id.hex()),
        (TokenKind::Api, format!("{0}{0}", id.hex())),
    ] {
        let row = token::Token {
            hash: format!("{:x}", Hex(&Sha256::digest(text.as_bytes()))),
            user: caller.id,
            project: id,
            kind,
            scope: TokenScope::Project,
            issued_at: now,
            // Renewed beyond a session's ordinary life, so that no use of it moves its end.
            expires_at: (kind == TokenKind::Session).then_some(far),
            credential: None,
        };
        token::insert(tx, &row).await?;
        texts.insert(kind.as_str().to_owned(), text.into());
    }
    Ok(json!({ "session": texts["session"], "token": texts["api"] }))
}

struct Hex<'b>(&'b [u8]);

impl std::fmt::LowerHex for Hex<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

async fn add_instance(tx: &mut Tx, places: &Places) -> std::result::Result<(), Failure> {
    let now = Timestamp::UNIX_EPOCH;
    let machine = Instance {
        id: INSTANCE,
        owner: TENANT,
        zone: places.zone,
        cluster: places.cluster,
        name: "web-1".into(),
        description: None,
        image: None,
        root_volume: None,
        platform: Platform::Linux,
        architecture: Architecture::X86_64,
        guest_os: None,
        firmware: None,
        virtio: true,
        created_at: now,
        updated_at: now,
    };
    instance::insert(tx, &machine).await?;
    let root = Volume {
        id: VolumeId::new(INSTANCE.uuid()),
        owner: TENANT,
        pool: places.pool,
        instance: Some(INSTANCE),
        image: None,
        last_instance: None,
        detached_at: None,
        name: "web-1".into(),
        role: VolumeRole::Root,
        format: DiskFormat::Qcow2,
        path: "/disks/web-1.qcow2".into(),
        size: ByteCount(1 << 30),
        allocated: ByteCount(1 << 30),
        created_at: now,
        updated_at: now,
    };
    volume::insert(tx, &root).await
}

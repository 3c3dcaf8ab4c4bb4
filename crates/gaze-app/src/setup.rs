//! The first start: what a service needs to be usable at once.

use gaze_catalog::{cluster, domain, pool, project, region, setting, store, user, zone};
use gaze_domain::{
    Architecture, Caller, Cluster, ClusterId, Domain, DomainId, Error, Pool, PoolId, PoolKind,
    Project, ProjectId, Region, RegionId, Result, Role, StoreId, StoreKind, User, UserId, Zone,
    ZoneId,
};
use uuid::Uuid;

use crate::App;
use crate::requests::{Issued, NewStore};

/// The domain that projects and users belong to unless one is named. Keystone's default domain
/// has the id `default`; ours has a UUID of its own and the same name.
pub(crate) const DEFAULT_DOMAIN: DomainId =
    DomainId::new(Uuid::from_u128(0x0d0a_1111_de00_4000_8000_0000_0000_0001));

/// The administrator's project: the id that every ZStack's admin account has.
pub const ADMIN_PROJECT: ProjectId =
    ProjectId::new(Uuid::from_u128(0x36c2_7e8f_f05c_4780_bf6d_2fa6_5700_f22e));

/// The name of the administrator and of its project.
pub(crate) const ADMIN_NAME: &str = "admin";

/// Where the first start puts the service.
#[derive(Clone, Debug)]
pub struct Place {
    pub region: String,
    pub zone: String,
}

/// What the first start made.
#[derive(Clone, Debug)]
pub struct FirstStart {
    pub admin: Caller,
    /// The administrator's password, told once.
    pub password: String,
    /// A token for programs on this machine.
    pub token: Issued,
}

impl App {
    /// Makes domain, administrator, region, zone, cluster, pool and store, once in the life of the
    /// catalogue. `None` if that has been done.
    pub async fn first_start(
        &self,
        place: &Place,
        password: Option<String>,
    ) -> Result<Option<FirstStart>> {
        if setting::find(&mut self.catalog().read(), "first_start")
            .await?
            .is_some()
        {
            return Ok(None);
        }
        let password = password.unwrap_or_else(|| crate::auth::new_password(self.runtime()));
        let hash = self.hash_password(&password).await?;
        let now = self.now();
        let user = User {
            id: UserId::new(self.new_uuid()),
            domain: DEFAULT_DOMAIN,
            project: ADMIN_PROJECT,
            name: ADMIN_NAME.into(),
            description: None,
            email: None,
            role: Role::Admin,
            enabled: true,
            created_at: now,
            updated_at: now,
        };
        let region = Region {
            id: RegionId::new(self.new_uuid()),
            name: place.region.clone(),
            title: place.region.clone(),
            created_at: now,
        };
        let zone = Zone {
            id: ZoneId::new(self.new_uuid()),
            region: region.id,
            name: place.zone.clone(),
            description: None,
            enabled: true,
            created_at: now,
            updated_at: now,
        };
        let (cluster, pool) = self.default_hardware(zone.id, Architecture::X86_64);
        let (region_id, zone_id) = (region.id, zone.id);
        let (store, blobs) = self
            .make_store(
                self.first_store_id().await?,
                NewStore {
                    id: None,
                    region: region_id,
                    name: "store-1".into(),
                    description: Some("Made at the first start".into()),
                    kind: StoreKind::Fs,
                    url: None,
                    host: None,
                    medium: None,
                    capacity: None,
                    zones: vec![zone_id],
                },
            )
            .await?;
        let store_id = store.id;
        let row = user.clone();
        let first = self
            .catalog()
            .write(move |tx| {
                Box::pin(async move {
                    if setting::find(tx, "first_start").await?.is_some() {
                        return Ok(false);
                    }
                    let name = "Default".to_owned();
                    domain::insert(
                        tx,
                        &Domain {
                            id: DEFAULT_DOMAIN,
                            name,
                            created_at: now,
                        },
                    )
                    .await?;
                    project::insert(tx, &admin_project(now)).await?;
                    user::insert(tx, &row, &hash).await?;
                    region::insert(tx, &region).await?;
                    zone::insert(tx, &zone).await?;
                    cluster::insert(tx, &cluster).await?;
                    pool::insert(tx, &pool).await?;
                    store::insert(tx, &store).await?;
                    setting::set_once(tx, "first_start", &now.to_string()).await?;
                    Ok(true)
                })
            })
            .await?;
        if !first {
            return Ok(None);
        }
        let admin = self.caller_of(user.id).await?;
        self.stores().put(store_id, blobs);
        let token = self.create_api_token(&admin, None).await?;
        Ok(Some(FirstStart {
            admin,
            password,
            token,
        }))
    }

    /// The id of the first store, settled before its folder is made, so that a first start that
    /// was killed in between finds the folder as its own.
    async fn first_store_id(&self) -> Result<StoreId> {
        let wish = self.new_uuid().to_string();
        let id = self
            .catalog()
            .write(move |tx| {
                Box::pin(async move {
                    setting::set_once(tx, "first_store", &wish).await?;
                    setting::find(tx, "first_store").await
                })
            })
            .await?;
        let id = id.ok_or_else(|| Error::internal("settling the first store", "it has no id"))?;
        id.parse()
    }

    /// A cluster and a local pool for a zone that has none.
    pub(crate) fn default_hardware(
        &self,
        zone: ZoneId,
        architecture: Architecture,
    ) -> (Cluster, Pool) {
        let now = self.now();
        let cluster = Cluster {
            id: ClusterId::new(self.new_uuid()),
            zone,
            name: "default".into(),
            description: None,
            architecture,
            created_at: now,
            updated_at: now,
        };
        let pool = Pool {
            id: PoolId::new(self.new_uuid()),
            zone,
            name: "default".into(),
            description: None,
            kind: PoolKind::Local,
            path: None,
            fsid: None,
            enabled: true,
            created_at: now,
            updated_at: now,
        };
        (cluster, pool)
    }
}

fn admin_project(now: gaze_domain::Timestamp) -> Project {
    Project {
        id: ADMIN_PROJECT,
        domain: DEFAULT_DOMAIN,
        name: ADMIN_NAME.into(),
        description: Some("Runs the service".into()),
        enabled: true,
        max_image_count: None,
        max_image_bytes: None,
        image_count: 0,
        image_bytes: 0,
        created_at: now,
        updated_at: now,
    }
}

//! Pools.

use std::path::PathBuf;
use std::time::Duration;

use gaze_catalog::{cluster, pool, zone};
use gaze_compute::{ComputeError, Room};
use gaze_domain::{Caller, Cluster, Error, Noun, Pool, PoolId, PoolKind, Result};

use super::sightings::Sighting;
use super::{check_patch, check_place_name};
use crate::requests::{NewPool, PoolPatch, SeenPool, TagText};
use crate::tags::insert_all;
use crate::{App, errors};

/// How long a look at a pool's folder may take.
const PATIENCE: Duration = Duration::from_secs(5);

impl App {
    pub async fn list_pools(&self, _caller: &Caller) -> Result<Vec<Pool>> {
        Ok(pool::list(&mut self.catalog().read()).await?)
    }

    pub async fn get_pool(&self, _caller: &Caller, id: PoolId) -> Result<Pool> {
        Ok(pool::get(&mut self.catalog().read(), id).await?)
    }

    /// All pools with what was seen of them. Those that nobody looked at yet are looked at now.
    pub async fn list_seen_pools(&self, _caller: &Caller) -> Result<Vec<SeenPool>> {
        let mut read = self.catalog().read();
        let (pools, clusters) = (
            pool::list(&mut read).await?,
            cluster::list(&mut read).await?,
        );
        let mut all = Vec::with_capacity(pools.len());
        for pool in pools {
            all.push(self.seen(pool, &clusters).await?);
        }
        Ok(all)
    }

    /// A pool with what was last seen of it.
    pub async fn seen_pool(&self, pool: Pool) -> Result<SeenPool> {
        let clusters = cluster::list(&mut self.catalog().read()).await?;
        self.seen(pool, &clusters).await
    }

    async fn seen(&self, pool: Pool, clusters: &[Cluster]) -> Result<SeenPool> {
        let seen = match self.sightings().find(pool.id) {
            Some(seen) => seen,
            None => self.look_at(&pool).await?,
        };
        let of_zone = clusters
            .iter()
            .filter(|cluster| cluster.zone == pool.zone)
            .map(|cluster| cluster.id);
        Ok(SeenPool {
            clusters: of_zone.collect(),
            pool,
            reachable: seen.reachable,
            room: seen.room,
        })
    }

    pub async fn create_pool(&self, caller: &Caller, new: NewPool) -> Result<Pool> {
        self.create_tagged_pool(caller, new, Vec::new()).await
    }

    /// The same, with tags.
    pub async fn create_tagged_pool(
        &self,
        caller: &Caller,
        new: NewPool,
        tags: Vec<TagText>,
    ) -> Result<Pool> {
        caller.must_admin("create a pool", Noun::Pool)?;
        check_place_name(&new.name)?;
        if new.kind == PoolKind::Ceph && new.fsid.is_none() {
            return Err(Error::invalid(
                "fsid",
                "a Ceph pool needs its cluster's fsid",
            ));
        }
        let path = match new.path {
            Some(path) if new.kind != PoolKind::Ceph => Some(self.pool_folder(path.into()).await?),
            other => other,
        };
        let now = self.now();
        let made = Pool {
            id: new.id.unwrap_or_else(|| PoolId::new(self.new_uuid())),
            zone: new.zone,
            name: new.name,
            description: new.description,
            kind: new.kind,
            path,
            fsid: new.fsid,
            enabled: true,
            created_at: now,
            updated_at: now,
        };
        let tags = self.new_tags(Noun::Pool, made.id.uuid(), tags)?;
        let maker = caller.project;
        let row = made.clone();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    zone::get(tx, row.zone).await?;
                    if pool::find(tx, row.id).await?.is_some() {
                        return Err(Error::exists(Noun::Pool, row.id).into());
                    }
                    pool::insert(tx, &row).await?;
                    insert_all(tx, maker, tags).await
                })
            })
            .await?;
        Ok(made)
    }

    pub async fn update_pool(&self, caller: &Caller, id: PoolId, patch: PoolPatch) -> Result<Pool> {
        caller.must_admin("change a pool", Noun::Pool)?;
        check_patch(patch.name.as_deref(), patch.description.as_ref())?;
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let mut changed = pool::get(tx, id).await?;
                    changed.name = patch.name.unwrap_or(changed.name);
                    changed.description = patch.description.unwrap_or(changed.description);
                    changed.enabled = patch.enabled.unwrap_or(changed.enabled);
                    changed.updated_at = now;
                    pool::update(tx, &changed).await?;
                    Ok(changed)
                })
            })
            .await
    }

    /// Looks at the pool's folder now. A folder that cannot be reached is an error.
    pub async fn reconnect_pool(&self, caller: &Caller, id: PoolId) -> Result<SeenPool> {
        caller.must_admin("reconnect a pool", Noun::Pool)?;
        let pool = pool::get(&mut self.catalog().read(), id).await?;
        let seen = self.look_at(&pool).await?;
        if !seen.reachable {
            return Err(Error::Unreachable {
                noun: Noun::Pool,
                id: id.hex(),
                reason: "its folder cannot be reached".into(),
            });
        }
        self.seen_pool(pool).await
    }

    pub async fn delete_pool(&self, caller: &Caller, id: PoolId) -> Result<()> {
        caller.must_admin("delete a pool", Noun::Pool)?;
        self.catalog()
            .write(move |tx| Box::pin(async move { pool::delete(tx, id).await }))
            .await?;
        self.sightings().forget(id);
        Ok(())
    }

    /// Looks at each pool. A part of the rounds.
    pub(crate) async fn observe_pools(&self) -> Result<()> {
        for pool in pool::list(&mut self.catalog().read()).await? {
            let before = self.sightings().find(pool.id);
            let seen = self.look_at(&pool).await?;
            if before.is_none_or(|before| before.reachable) && !seen.reachable {
                tracing::warn!(pool = %pool.name, "the pool's folder cannot be reached");
            }
        }
        Ok(())
    }

    async fn look_at(&self, pool: &Pool) -> Result<Sighting> {
        let seen = if pool.kind == PoolKind::Ceph {
            Sighting {
                reachable: true,
                room: None,
            }
        } else {
            let (folders, path) = (self.disks().clone(), pool.path.clone().map(PathBuf::from));
            let measure = move || match path {
                Some(path) => folders.room(&path),
                None => folders.room_of_all(),
            };
            let room = self.look(pool.id, measure).await?;
            Sighting {
                reachable: room.is_some(),
                room,
            }
        };
        self.sightings().put(pool.id, seen);
        Ok(seen)
    }

    /// Looks from a thread of its own and not for long: a file server that does not answer holds
    /// that thread, and as long as it does nobody else looks.
    async fn look(
        &self,
        id: PoolId,
        measure: impl FnOnce() -> std::result::Result<Room, ComputeError> + Send + 'static,
    ) -> Result<Option<Room>> {
        if !self.sightings().begin(id) {
            return Ok(None);
        }
        let app = self.clone();
        let looking = self.tasks().spawn_blocking(move || {
            let room = measure();
            app.sightings().end(id);
            room
        });
        match tokio::time::timeout(PATIENCE, looking).await {
            Ok(looked) => Ok(looked
                .map_err(|error| Error::internal("looking at a pool", error))?
                .ok()),
            Err(_late) => Ok(None),
        }
    }

    /// The folder of a new pool: it is there, and one from which disks may be read.
    async fn pool_folder(&self, path: PathBuf) -> Result<String> {
        let folders = self.disks().clone();
        let looked = self.tasks().spawn_blocking(move || {
            folders.room(&path)?;
            folders.check(&path)
        });
        let real = looked
            .await
            .map_err(|error| Error::internal("looking at a folder", error))?
            .map_err(|error| errors::path("path", error))?;
        Ok(real.display().to_string())
    }
}

//! Pools.

use gaze_catalog::{pool, zone};
use gaze_domain::{Caller, Error, Noun, Pool, PoolId, PoolKind, Result};

use super::check_place_name;
use crate::App;
use crate::requests::NewPool;

impl App {
    pub async fn list_pools(&self, _caller: &Caller) -> Result<Vec<Pool>> {
        Ok(pool::list(&mut self.catalog().read()).await?)
    }

    pub async fn get_pool(&self, _caller: &Caller, id: PoolId) -> Result<Pool> {
        Ok(pool::get(&mut self.catalog().read(), id).await?)
    }

    pub async fn create_pool(&self, caller: &Caller, new: NewPool) -> Result<Pool> {
        caller.must_admin("create a pool", Noun::Pool)?;
        check_place_name(&new.name)?;
        if new.kind == PoolKind::Ceph && new.fsid.is_none() {
            return Err(Error::invalid(
                "fsid",
                "a Ceph pool needs its cluster's fsid",
            ));
        }
        let now = self.now();
        let made = Pool {
            id: PoolId::new(self.new_uuid()),
            zone: new.zone,
            name: new.name,
            kind: new.kind,
            path: new.path,
            fsid: new.fsid,
            enabled: true,
            created_at: now,
            updated_at: now,
        };
        let row = made.clone();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    zone::get(tx, row.zone).await?;
                    pool::insert(tx, &row).await
                })
            })
            .await?;
        Ok(made)
    }

    pub async fn delete_pool(&self, caller: &Caller, id: PoolId) -> Result<()> {
        caller.must_admin("delete a pool", Noun::Pool)?;
        self.catalog()
            .write(move |tx| Box::pin(async move { pool::delete(tx, id).await }))
            .await
    }
}

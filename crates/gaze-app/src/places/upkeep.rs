//! Stores as an operator looks after them.

use gaze_catalog::{store, zone};
use gaze_domain::{Caller, Error, Noun, Result, Store, StoreId, StoreState, StoreStatus, ZoneId};

use super::check_patch;
use crate::App;
use crate::requests::StorePatch;

impl App {
    pub async fn list_stores(&self, _caller: &Caller) -> Result<Vec<Store>> {
        Ok(store::list(&mut self.catalog().read()).await?)
    }

    pub async fn get_store(&self, _caller: &Caller, id: StoreId) -> Result<Store> {
        Ok(store::get(&mut self.catalog().read(), id).await?)
    }

    pub async fn update_store(
        &self,
        caller: &Caller,
        id: StoreId,
        patch: StorePatch,
    ) -> Result<Store> {
        caller.must_admin("change a store", Noun::Store)?;
        check_patch(patch.name.as_deref(), patch.description.as_ref())?;
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let mut changed = store::get(tx, id).await?;
                    changed.name = patch.name.unwrap_or(changed.name);
                    changed.description = patch.description.unwrap_or(changed.description);
                    changed.updated_at = now;
                    store::update(tx, &changed).await?;
                    Ok(changed)
                })
            })
            .await
    }

    pub async fn change_store_state(
        &self,
        caller: &Caller,
        id: StoreId,
        state: StoreState,
    ) -> Result<Store> {
        caller.must_admin("change a store", Noun::Store)?;
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    store::get(tx, id).await?;
                    store::set_state(tx, id, state, now).await?;
                    store::get(tx, id).await
                })
            })
            .await
    }

    /// Opens the store anew, and records whether that succeeded and how much room there is. A
    /// store that cannot be reached is an error; it is recorded as disconnected all the same.
    pub async fn reconnect_store(&self, caller: &Caller, id: StoreId) -> Result<Store> {
        caller.must_admin("reconnect a store", Noun::Store)?;
        let known = store::get(&mut self.catalog().read(), id).await?;
        self.stores().forget(id);
        if let Some(free) = self.observe_store(&known).await? {
            self.settle_capacity(&known, free).await?;
        }
        let seen = store::get(&mut self.catalog().read(), id).await?;
        match seen.status {
            StoreStatus::Connected => Ok(seen),
            StoreStatus::Connecting | StoreStatus::Disconnected => Err(Error::Unreachable {
                noun: Noun::Store,
                id: id.hex(),
                reason: "it cannot be opened; the log of the service says why".into(),
            }),
        }
    }

    /// Lets the store serve a zone of its region. Says whether it did not before.
    pub async fn attach_store(
        &self,
        caller: &Caller,
        id: StoreId,
        to: ZoneId,
    ) -> Result<(Store, bool)> {
        caller.must_admin("attach a store", Noun::Store)?;
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let found = store::get(tx, id).await?;
                    if zone::get(tx, to).await?.region != found.region {
                        let reason = "a store serves zones of its own region";
                        return Err(Error::invalid("zone", reason).into());
                    }
                    let fresh = store::attach(tx, id, to).await?;
                    Ok((store::get(tx, id).await?, fresh))
                })
            })
            .await
    }

    /// No longer lets the store serve a zone. Says whether it did before.
    pub async fn detach_store(
        &self,
        caller: &Caller,
        id: StoreId,
        from: ZoneId,
    ) -> Result<(Store, bool)> {
        caller.must_admin("detach a store", Noun::Store)?;
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    store::get(tx, id).await?;
                    zone::get(tx, from).await?;
                    let served = store::detach(tx, id, from).await?;
                    Ok((store::get(tx, id).await?, served))
                })
            })
            .await
    }

    /// Forgets a store that holds no images. Its folder stays.
    pub async fn delete_store(&self, caller: &Caller, id: StoreId) -> Result<()> {
        caller.must_admin("delete a store", Noun::Store)?;
        self.catalog()
            .write(move |tx| Box::pin(async move { store::delete(tx, id).await }))
            .await?;
        self.stores().forget(id);
        Ok(())
    }
}

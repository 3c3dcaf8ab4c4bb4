//! Stores as an operator manages them.

use std::path::PathBuf;
use std::sync::Arc;

use gaze_blob::{BlobErrorKind, FsStore, MARKER_FILE, Store as BlobStore};
use gaze_catalog::{region, store, zone};
use gaze_domain::{
    ByteCount, Caller, Error, Noun, Result, Store, StoreId, StoreKind, StoreState, StoreStatus,
    ZoneId,
};

use super::check_place_name;
use crate::requests::NewStore;
use crate::{App, errors};

impl App {
    pub async fn list_stores(&self, _caller: &Caller) -> Result<Vec<Store>> {
        Ok(store::list(&mut self.catalog().read()).await?)
    }

    pub async fn get_store(&self, _caller: &Caller, id: StoreId) -> Result<Store> {
        Ok(store::get(&mut self.catalog().read(), id).await?)
    }

    /// Makes a store: its folder first, then its row. A folder that holds another store, or
    /// anything where blobs would go, is refused.
    pub async fn create_store(&self, caller: &Caller, new: NewStore) -> Result<Store> {
        caller.must_admin("create a store", Noun::Store)?;
        check_place_name(&new.name)?;
        if new.kind != StoreKind::Fs {
            let reason = format!("stores of kind {} are not supported yet", new.kind);
            return Err(Error::invalid("kind", reason));
        }
        self.check_new_store(&new).await?;
        let id = StoreId::new(self.new_uuid());
        let (made, blobs) = self.make_store(id, new).await?;
        let row = made.clone();
        self.catalog()
            .write(move |tx| Box::pin(async move { store::insert(tx, &row).await }))
            .await?;
        self.stores().put(id, blobs);
        Ok(made)
    }

    /// Makes the folder of a store, or takes the one that an earlier, interrupted call made for
    /// this very id. The row is left to the caller.
    pub(crate) async fn make_store(
        &self,
        id: StoreId,
        new: NewStore,
    ) -> Result<(Store, Arc<dyn BlobStore>)> {
        let root = self.store_folder(&new).await?;
        let blobs = match FsStore::open(&root, &id.hex()).await {
            Ok(opened) => opened,
            Err(_not_there_yet) => {
                FsStore::create(&root, &id.hex())
                    .await
                    .map_err(|error| match error.kind() {
                        BlobErrorKind::AlreadyExists => {
                            Error::invalid("url", "the folder holds a store already")
                        }
                        BlobErrorKind::NotFound => {
                            Error::invalid("url", "the parent folder does not exist")
                        }
                        _ => errors::blob(id, error),
                    })?
            }
        };
        let free = blobs
            .describe()
            .await
            .map_err(|error| errors::blob(id, error))?
            .capacity;
        let now = self.now();
        let made = Store {
            id,
            region: new.region,
            name: new.name,
            description: new.description,
            kind: new.kind,
            url: root.display().to_string(),
            fsid: None,
            medium: new.medium,
            state: StoreState::Enabled,
            status: StoreStatus::Connected,
            capacity: new
                .capacity
                .unwrap_or_else(|| ByteCount(free.map_or(0, |capacity| capacity.available))),
            used: ByteCount(0),
            reserved: ByteCount(0),
            zones: new.zones,
            created_at: now,
            updated_at: now,
        };
        Ok((made, Arc::new(blobs)))
    }

    async fn check_new_store(&self, new: &NewStore) -> Result<()> {
        let mut read = self.catalog().read();
        if region::find(&mut read, new.region).await?.is_none() {
            return Err(Error::not_found(Noun::Region, new.region));
        }
        for id in &new.zones {
            if zone::get(&mut read, *id).await?.region != new.region {
                return Err(Error::invalid(
                    "zones",
                    "a store serves zones of its own region",
                ));
            }
        }
        let taken = store::list(&mut read)
            .await?
            .into_iter()
            .any(|store| store.name == new.name);
        if taken {
            Err(Error::exists(Noun::Store, &new.name))
        } else {
            Ok(())
        }
    }

    /// The folder of a new store: below the data folder, or below one that the operator allowed.
    async fn store_folder(&self, new: &NewStore) -> Result<PathBuf> {
        let home = self.settings().data_dir.join("stores");
        if new.url.is_none() {
            tokio::fs::create_dir_all(&home)
                .await
                .map_err(|error| Error::internal("making the folder of stores", error))?;
        }
        let wanted = match &new.url {
            None => home.join(&new.name),
            Some(url) => PathBuf::from(url.strip_prefix("file://").unwrap_or(url)),
        };
        let (Some(parent), Some(name)) = (wanted.parent(), wanted.file_name()) else {
            return Err(Error::invalid("url", "must be the path of a folder"));
        };
        let not_there = |_| Error::invalid("url", "the parent folder does not exist");
        let parent = tokio::fs::canonicalize(parent).await.map_err(not_there)?;
        let allowed = [home]
            .into_iter()
            .chain(self.settings().store_dirs.iter().cloned());
        for root in allowed {
            if let Ok(root) = tokio::fs::canonicalize(&root).await
                && parent.starts_with(&root)
            {
                let wanted = parent.join(name);
                let link = tokio::fs::symlink_metadata(&wanted).await;
                if link.is_ok_and(|meta| meta.is_symlink()) {
                    return Err(Error::invalid("url", "must not be a symbolic link"));
                }
                let mut above = parent.ancestors().take_while(|up| up.starts_with(&root));
                if above.any(|up| up.join(MARKER_FILE).exists()) {
                    return Err(Error::invalid("url", "lies inside another store"));
                }
                return Ok(wanted);
            }
        }
        let reason = "is outside the folders in which stores may be made";
        Err(Error::invalid("url", reason))
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

    /// Lets the store serve a zone of its region.
    pub async fn attach_store(&self, caller: &Caller, id: StoreId, to: ZoneId) -> Result<Store> {
        caller.must_admin("attach a store", Noun::Store)?;
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let found = store::get(tx, id).await?;
                    if zone::get(tx, to).await?.region != found.region {
                        let reason = "a store serves zones of its own region";
                        return Err(Error::invalid("zone", reason).into());
                    }
                    store::attach(tx, id, to).await?;
                    store::get(tx, id).await
                })
            })
            .await
    }

    pub async fn detach_store(&self, caller: &Caller, id: StoreId, from: ZoneId) -> Result<Store> {
        caller.must_admin("detach a store", Noun::Store)?;
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    store::get(tx, id).await?;
                    store::detach(tx, id, from).await?;
                    store::get(tx, id).await
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

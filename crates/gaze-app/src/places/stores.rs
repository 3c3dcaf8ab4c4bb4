//! Making stores.

use std::path::PathBuf;
use std::sync::Arc;

use gaze_blob::{BlobErrorKind, FsStore, MARKER_FILE, Store as BlobStore};
use gaze_catalog::{region, store, zone};
use gaze_domain::{
    ByteCount, Caller, Error, Noun, Result, Store, StoreId, StoreKind, StoreState, StoreStatus,
};

use super::check_place_name;
use super::hosts::must_be_here;
use crate::requests::{NewStore, TagText};
use crate::tags::insert_all;
use crate::{App, errors};

impl App {
    /// Makes a store: its folder first, then its row. A folder that holds another store, or
    /// anything where blobs would go, is refused.
    pub async fn create_store(&self, caller: &Caller, new: NewStore) -> Result<Store> {
        self.create_tagged_store(caller, new, Vec::new()).await
    }

    /// The same, with tags.
    pub async fn create_tagged_store(
        &self,
        caller: &Caller,
        new: NewStore,
        tags: Vec<TagText>,
    ) -> Result<Store> {
        caller.must_admin("create a store", Noun::Store)?;
        check_place_name(&new.name)?;
        if new.kind != StoreKind::Fs {
            let reason = format!("stores of kind {} are not supported yet", new.kind);
            return Err(Error::invalid("kind", reason));
        }
        if let Some(host) = &new.host {
            must_be_here(host).await?;
        }
        self.check_new_store(&new).await?;
        let id = new.id.unwrap_or_else(|| StoreId::new(self.new_uuid()));
        let tags = self.new_tags(Noun::Store, id.uuid(), tags)?;
        let maker = caller.project;
        let (made, blobs) = self.make_store(id, new).await?;
        let row = made.clone();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    store::insert(tx, &row).await?;
                    insert_all(tx, maker, tags).await
                })
            })
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
            host: new.host,
            fsid: None,
            medium: new.medium,
            state: StoreState::Enabled,
            status: StoreStatus::Connected,
            limit: new.capacity,
            capacity: ByteCount(allowed(new.capacity, free.map_or(0, |room| room.available))),
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
        if let Some(id) = new.id
            && store::find(&mut read, id).await?.is_some()
        {
            return Err(Error::exists(Noun::Store, id));
        }
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
}

/// What may be kept on a disk that has room for that many bytes.
pub(crate) fn allowed(limit: Option<ByteCount>, room: u64) -> u64 {
    limit.map_or(room, |limit| limit.0.min(room))
}

//! The blob stores behind the catalogue's store rows, opened when first needed.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use gaze_blob::{FsStore, Store as BlobStore};
use gaze_catalog::store as rows;
use gaze_domain::{ByteCount, Error, Noun, Result, Store, StoreId, StoreKind, StoreStatus};

use crate::places::allowed;
use crate::{App, errors};

/// The part of a store's capacity by which the books may differ from the disk: a hundredth.
const NOTICEABLE: u64 = 100;

/// Open stores by id.
#[derive(Debug, Default)]
pub(crate) struct Stores {
    open: RwLock<HashMap<StoreId, Arc<dyn BlobStore>>>,
}

impl Stores {
    fn find(&self, id: StoreId) -> Option<Arc<dyn BlobStore>> {
        self.open
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&id)
            .cloned()
    }

    pub(crate) fn put(&self, id: StoreId, store: Arc<dyn BlobStore>) {
        self.open
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, store);
    }

    pub(crate) fn forget(&self, id: StoreId) {
        self.open
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&id);
    }

    async fn open(&self, store: &Store) -> Result<Arc<dyn BlobStore>> {
        if let Some(open) = self.find(store.id) {
            return Ok(open);
        }
        match store.kind {
            StoreKind::Fs => {
                let opened = FsStore::open(&store.url, &store.id.hex())
                    .await
                    .map_err(|error| errors::blob(store.id, error))?;
                let opened: Arc<dyn BlobStore> = Arc::new(opened);
                self.put(store.id, Arc::clone(&opened));
                Ok(opened)
            }
            StoreKind::S3 | StoreKind::Ceph => Err(Error::Unreachable {
                noun: Noun::Store,
                id: store.id.hex(),
                reason: format!("stores of kind {} are not supported yet", store.kind),
            }),
        }
    }
}

impl App {
    /// The blobs of a store.
    pub(crate) async fn blobs(&self, id: StoreId) -> Result<Arc<dyn BlobStore>> {
        if let Some(open) = self.stores().find(id) {
            return Ok(open);
        }
        let store = rows::get(&mut self.catalog().read(), id).await?;
        self.stores().open(&store).await
    }

    /// Looks after each store. What the books say of its room is corrected if the disk has clearly
    /// less; what came free is only counted when the store is connected anew.
    pub(crate) async fn observe_stores(&self) -> Result<()> {
        for store in rows::list(&mut self.catalog().read()).await? {
            let Some(free) = self.observe_store(&store).await? else {
                continue;
            };
            let short = store.available().0.saturating_sub(free);
            if store.reserved.0 == 0 && short > store.capacity.0 / NOTICEABLE {
                self.settle_capacity(&store, free).await?;
            }
        }
        Ok(())
    }

    /// Records how much a store may keep, now that so many bytes are free on its disk.
    pub(crate) async fn settle_capacity(&self, store: &Store, free: u64) -> Result<()> {
        let capacity = ByteCount(allowed(store.limit, store.used.0.saturating_add(free)));
        let id = store.id;
        self.catalog()
            .write(move |tx| Box::pin(async move { rows::set_capacity(tx, id, capacity).await }))
            .await
    }

    /// Looks whether a store can be reached, and records it if that has changed. Answers how many
    /// bytes are free there, if the store can tell.
    pub(crate) async fn observe_store(&self, store: &Store) -> Result<Option<u64>> {
        let (status, free) = match self.stores().open(store).await {
            Ok(open) => match open.describe().await {
                Ok(seen) => (
                    StoreStatus::Connected,
                    seen.capacity.map(|room| room.available),
                ),
                Err(error) => {
                    tracing::warn!(store = %store.name, reason = %errors::with_causes(&error), "store does not answer");
                    self.stores().forget(store.id);
                    (StoreStatus::Disconnected, None)
                }
            },
            Err(error) => {
                tracing::warn!(store = %store.name, %error, "store cannot be opened");
                (StoreStatus::Disconnected, None)
            }
        };
        if status != store.status {
            let (id, now) = (store.id, self.now());
            self.catalog()
                .write(move |tx| {
                    Box::pin(async move { rows::set_status(tx, id, status, now).await })
                })
                .await?;
            tracing::info!(store = %store.name, from = %store.status, to = %status, "store changed");
        }
        Ok(free)
    }
}

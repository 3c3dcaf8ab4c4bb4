//! The few small nouns whose names stand in every answer about images.

use std::sync::{Arc, Mutex, PoisonError};

use gaze_catalog::{cluster, pool, region, store, watched, zone};
use gaze_domain::{
    ByteCount, Caller, Cluster, ClusterId, Error, Noun, Pool, PoolId, Region, Result, Store,
    StoreId, Zone, ZoneId,
};
use gaze_sql::Db;

use crate::App;
use crate::kept::Kept;

/// Regions, zones and stores.
#[derive(Clone, Debug)]
pub struct Names {
    pub regions: Vec<Region>,
    pub zones: Vec<Zone>,
    pub stores: Vec<Store>,
    /// The same as long as these are the same, but for how full the stores are: whoever keeps what
    /// it has made of them asks for this.
    pub generation: u64,
}

impl Names {
    /// Whether the same is to be said of both.
    fn says_the_same_as(&self, other: &Self) -> bool {
        let empty = |store: &Store| Store {
            capacity: ByteCount(0),
            used: ByteCount(0),
            reserved: ByteCount(0),
            ..store.clone()
        };
        self.regions == other.regions
            && self.zones == other.zones
            && self.stores.len() == other.stores.len()
            && self
                .stores
                .iter()
                .zip(&other.stores)
                .all(|(one, other)| empty(one) == empty(other))
    }

    pub fn store(&self, id: StoreId) -> Option<&Store> {
        self.stores.iter().find(|store| store.id == id)
    }

    pub fn zone(&self, id: ZoneId) -> Option<&Zone> {
        self.zones.iter().find(|zone| zone.id == id)
    }

    pub fn region_of_store(&self, id: StoreId) -> Option<&Region> {
        let store = self.store(id)?;
        self.regions.iter().find(|region| region.id == store.region)
    }
}

/// What is kept of the places: all that an answer about images asks for each time.
#[derive(Debug)]
pub(crate) struct Places {
    names: Kept<(), Names>,
    last: Mutex<Option<Names>>,
    clusters: Kept<ClusterId, Cluster>,
    pools: Kept<PoolId, Pool>,
}

/// Clusters or pools that are kept; more than an installation has.
const MOST: usize = 1000;

impl Places {
    pub(crate) fn new(db: &Db) -> Self {
        Self {
            names: Kept::new(db, watched::NAMES, 1),
            last: Mutex::default(),
            clusters: Kept::new(db, watched::CLUSTERS, MOST),
            pools: Kept::new(db, watched::POOLS, MOST),
        }
    }

    /// Gives what was read its generation: the last one, if that said the same.
    fn of_generation(&self, mut read: Names) -> Names {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some(last) if last.says_the_same_as(&read) => read.generation = last.generation,
            former => {
                read.generation = former.as_ref().map_or(0, |former| former.generation) + 1;
                *last = Some(read.clone());
            }
        }
        read
    }
}

impl App {
    /// Everybody may know the places. They are kept until one changes.
    pub async fn catalogue_names(&self, _caller: &Caller) -> Result<Arc<Names>> {
        self.names().await
    }

    pub(crate) async fn names(&self) -> Result<Arc<Names>> {
        let read = |()| async {
            let mut read = self.catalog().read();
            Ok(Some(self.places().of_generation(Names {
                regions: region::list(&mut read).await?,
                zones: zone::list(&mut read).await?,
                stores: store::list(&mut read).await?,
                generation: 0,
            })))
        };
        let found = self.places().names.get((), read).await?;
        found.ok_or_else(|| Error::internal("reading the places", "nothing was read"))
    }

    pub(crate) async fn cluster(&self, id: ClusterId) -> Result<Arc<Cluster>> {
        let read = |id| async move {
            let found = cluster::find(&mut self.catalog().read(), id).await?;
            Ok(found)
        };
        let found = self.places().clusters.get(id, read).await?;
        found.ok_or_else(|| Error::not_found(Noun::Cluster, id))
    }

    pub(crate) async fn pool(&self, id: PoolId) -> Result<Arc<Pool>> {
        let read = |id| async move {
            let found = pool::find(&mut self.catalog().read(), id).await?;
            Ok(found)
        };
        let found = self.places().pools.get(id, read).await?;
        found.ok_or_else(|| Error::not_found(Noun::Pool, id))
    }
}

//! The few small nouns whose names stand in every answer about images.

use gaze_catalog::{region, store, zone};
use gaze_domain::{Caller, Region, Result, Store, StoreId, Zone, ZoneId};

use crate::App;

/// Regions, zones and stores.
#[derive(Clone, Debug)]
pub struct Names {
    pub regions: Vec<Region>,
    pub zones: Vec<Zone>,
    pub stores: Vec<Store>,
}

impl Names {
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

impl App {
    /// Everybody may know the places: four statements, whatever the size of the catalogue.
    pub async fn catalogue_names(&self, _caller: &Caller) -> Result<Names> {
        let mut read = self.catalog().read();
        Ok(Names {
            regions: region::list(&mut read).await?,
            zones: zone::list(&mut read).await?,
            stores: store::list(&mut read).await?,
        })
    }
}

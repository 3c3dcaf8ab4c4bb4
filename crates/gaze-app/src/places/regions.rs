//! Regions.

use gaze_catalog::region;
use gaze_domain::{Caller, Noun, Region, RegionId, Result};

use super::check_place_name;
use crate::App;
use crate::requests::NewRegion;

impl App {
    pub async fn list_regions(&self, _caller: &Caller) -> Result<Vec<Region>> {
        Ok(region::list(&mut self.catalog().read()).await?)
    }

    pub async fn find_region(&self, name: &str) -> Result<Option<Region>> {
        Ok(region::find_by_name(&mut self.catalog().read(), name).await?)
    }

    pub async fn create_region(&self, caller: &Caller, new: NewRegion) -> Result<Region> {
        caller.must_admin("create a region", Noun::Region)?;
        check_place_name(&new.name)?;
        let region = Region {
            id: RegionId::new(self.new_uuid()),
            title: new.title.unwrap_or_else(|| new.name.clone()),
            name: new.name,
            created_at: self.now(),
        };
        let row = region.clone();
        self.catalog()
            .write(move |tx| Box::pin(async move { region::insert(tx, &row).await }))
            .await?;
        Ok(region)
    }

    pub async fn delete_region(&self, caller: &Caller, id: RegionId) -> Result<()> {
        caller.must_admin("delete a region", Noun::Region)?;
        self.catalog()
            .write(move |tx| Box::pin(async move { region::delete(tx, id).await }))
            .await
    }
}

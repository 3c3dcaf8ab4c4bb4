//! Zones.

use gaze_catalog::{region, zone};
use gaze_domain::{Caller, Error, Noun, RegionId, Result, Zone, ZoneId};

use super::check_place_name;
use crate::App;
use crate::requests::NewZone;

impl App {
    pub async fn list_zones(&self, _caller: &Caller, of: Option<RegionId>) -> Result<Vec<Zone>> {
        let zones = zone::list(&mut self.catalog().read()).await?;
        let within = |zone: &Zone| of.is_none_or(|region| zone.region == region);
        Ok(zones.into_iter().filter(within).collect())
    }

    pub async fn get_zone(&self, _caller: &Caller, id: ZoneId) -> Result<Zone> {
        Ok(zone::get(&mut self.catalog().read(), id).await?)
    }

    pub async fn create_zone(&self, caller: &Caller, new: NewZone) -> Result<Zone> {
        caller.must_admin("create a zone", Noun::Zone)?;
        check_place_name(&new.name)?;
        let now = self.now();
        let made = Zone {
            id: ZoneId::new(self.new_uuid()),
            region: new.region,
            name: new.name,
            description: new.description,
            enabled: true,
            created_at: now,
            updated_at: now,
        };
        let row = made.clone();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    if region::find(tx, row.region).await?.is_none() {
                        return Err(Error::not_found(Noun::Region, row.region).into());
                    }
                    zone::insert(tx, &row).await
                })
            })
            .await?;
        Ok(made)
    }

    pub async fn delete_zone(&self, caller: &Caller, id: ZoneId) -> Result<()> {
        caller.must_admin("delete a zone", Noun::Zone)?;
        self.catalog()
            .write(move |tx| Box::pin(async move { zone::delete(tx, id).await }))
            .await
    }
}

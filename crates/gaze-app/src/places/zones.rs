//! Zones.

use gaze_catalog::{region, zone};
use gaze_domain::{Caller, Error, Noun, RegionId, Result, Zone, ZoneId};

use super::{check_patch, check_place_name};
use crate::App;
use crate::requests::{NewZone, TagText, ZonePatch};
use crate::tags::insert_all;

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
        self.create_tagged_zone(caller, new, Vec::new()).await
    }

    /// The same, with tags.
    pub async fn create_tagged_zone(
        &self,
        caller: &Caller,
        new: NewZone,
        tags: Vec<TagText>,
    ) -> Result<Zone> {
        caller.must_admin("create a zone", Noun::Zone)?;
        check_place_name(&new.name)?;
        let now = self.now();
        let made = Zone {
            id: new.id.unwrap_or_else(|| ZoneId::new(self.new_uuid())),
            region: new.region,
            name: new.name,
            description: new.description,
            enabled: true,
            created_at: now,
            updated_at: now,
        };
        let tags = self.new_tags(Noun::Zone, made.id.uuid(), tags)?;
        let maker = caller.project;
        let row = made.clone();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    if region::find(tx, row.region).await?.is_none() {
                        return Err(Error::not_found(Noun::Region, row.region).into());
                    }
                    if zone::find(tx, row.id).await?.is_some() {
                        return Err(Error::exists(Noun::Zone, row.id).into());
                    }
                    zone::insert(tx, &row).await?;
                    insert_all(tx, maker, tags).await
                })
            })
            .await?;
        Ok(made)
    }

    pub async fn update_zone(&self, caller: &Caller, id: ZoneId, patch: ZonePatch) -> Result<Zone> {
        caller.must_admin("change a zone", Noun::Zone)?;
        check_patch(patch.name.as_deref(), patch.description.as_ref())?;
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let mut changed = zone::get(tx, id).await?;
                    changed.name = patch.name.unwrap_or(changed.name);
                    changed.description = patch.description.unwrap_or(changed.description);
                    changed.enabled = patch.enabled.unwrap_or(changed.enabled);
                    changed.updated_at = now;
                    zone::update(tx, &changed).await?;
                    Ok(changed)
                })
            })
            .await
    }

    pub async fn delete_zone(&self, caller: &Caller, id: ZoneId) -> Result<()> {
        caller.must_admin("delete a zone", Noun::Zone)?;
        self.catalog()
            .write(move |tx| Box::pin(async move { zone::delete(tx, id).await }))
            .await
    }
}

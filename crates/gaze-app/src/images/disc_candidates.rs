//! The installation discs that a machine can take, and the stores that an image of a volume can go
//! to.

use std::sync::Arc;

use gaze_catalog::{pool, store};
use gaze_domain::candidate::{judge_disc, store_serves_pool};
use gaze_domain::{Caller, ImageId, InstanceId, InstanceState, Media, Result, Store};

use crate::App;
use crate::requests::{CaptureSource, Seen};
use crate::shelf::KeptImage;

impl App {
    /// Discs for the machine's drive, newest first: by the rule for root disks, of another medium.
    /// A machine that is neither running nor stopped takes none.
    pub async fn disc_candidates(
        &self,
        caller: &Caller,
        id: InstanceId,
    ) -> Result<Vec<Arc<KeptImage>>> {
        let machine = self.known_instance(caller, id).await?;
        let Some(root) = self.root_if_any(&machine).await? else {
            return Ok(Vec::new());
        };
        match self.observe(Some(root.clone())).await {
            InstanceState::Running | InstanceState::Stopped => {}
            InstanceState::Unknown => return Ok(Vec::new()),
        }
        let (target, fit) = self.candidate_target(&machine, &root).await?;
        let mut found = self.could_fit(caller, Media::Iso, &target, &fit).await?;
        found.retain(|disc| judge_disc(&target, disc, &fit).is_ok());
        Ok(found)
    }

    /// The caller's machines that could take the disc now.
    pub async fn machines_for_disc(&self, caller: &Caller, id: ImageId) -> Result<Vec<Seen>> {
        let disc = self.known_image(caller, id).await?.image;
        let mut fitting = Vec::new();
        for seen in self.list_instances(caller).await? {
            let running = match seen.state {
                InstanceState::Running | InstanceState::Stopped => true,
                InstanceState::Unknown => false,
            };
            let root = seen.volumes.first().cloned();
            let root = root.filter(|root| running && Some(root.id) == seen.instance.root_volume);
            let Some(root) = root else {
                continue;
            };
            let (target, fit) = self.candidate_target(&seen.instance, &root).await?;
            if judge_disc(&target, &disc, &fit).is_ok() {
                fitting.push(seen);
            }
        }
        Ok(fitting)
    }

    /// The stores that an image of the volume, or of the volume as it was, can go to now, oldest
    /// first: those that serve its pool's zone and are compatible with the pool.
    pub async fn store_candidates(
        &self,
        caller: &Caller,
        source: CaptureSource,
    ) -> Result<Vec<Store>> {
        let volume = match source {
            CaptureSource::Volume(id) => self.known_volume(caller, id).await?,
            CaptureSource::Snapshot(id) => {
                let snapshot = self.known_snapshot(caller, id).await?;
                self.known_volume(caller, snapshot.volume).await?
            }
        };
        let mut read = self.catalog().read();
        let home = pool::get(&mut read, volume.pool).await?;
        let mut stores = store::list(&mut read).await?;
        stores.retain(|store| store_serves_pool(&home, home.zone, store));
        Ok(stores)
    }
}

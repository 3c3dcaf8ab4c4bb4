//! The images that a machine can change to.

use gaze_catalog::{cluster, image, pool, store, volume};
use gaze_domain::candidate::{Target, judge, store_fits};
use gaze_domain::{Caller, Error, Image, InstanceId, Noun, Result, StoreId};

use crate::App;

impl App {
    /// Candidates for the machine's root disk, newest first. SQL narrows the catalogue to images
    /// that can pass; the rule itself is the domain's and has the last word.
    pub async fn candidates(&self, caller: &Caller, id: InstanceId) -> Result<Vec<Image>> {
        let machine = self.known_instance(caller, id).await?;
        let mut read = self.catalog().read();
        let root = match machine.root_volume {
            Some(root) => volume::find(&mut read, root).await?,
            None => None,
        };
        let root = root.ok_or_else(|| Error::WrongState {
            noun: Noun::Instance,
            id: id.hex(),
            state: "without a root volume".into(),
            needed: "only a machine with a root volume has candidates".into(),
        })?;
        let target = Target {
            zone: machine.zone,
            architecture: cluster::get(&mut read, machine.cluster).await?.architecture,
            pool: pool::get(&mut read, root.pool).await?,
        };
        let stores = store::list(&mut read).await?;
        let fit: Vec<StoreId> = stores
            .iter()
            .filter(|store| store_fits(&target, store))
            .map(|store| store.id)
            .collect();
        let tenant = (!caller.is_admin()).then_some(caller.project);
        let found = image::candidates(&mut read, target.architecture, &fit, tenant).await?;
        Ok(found
            .into_iter()
            .filter(|image| judge(&target, image, &fit).is_ok())
            .collect())
    }
}

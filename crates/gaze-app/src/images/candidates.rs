//! The images that a machine can change to.

use gaze_catalog::{image, volume};
use gaze_domain::candidate::{Target, judge, store_fits};
use gaze_domain::{Caller, Error, Image, Instance, InstanceId, Noun, Result, StoreId, Volume};

use crate::App;

impl App {
    /// Candidates for the machine's root disk, newest first. SQL narrows the catalogue to images
    /// that can pass; the rule itself is the domain's and has the last word.
    pub async fn candidates(&self, caller: &Caller, id: InstanceId) -> Result<Vec<Image>> {
        let machine = self.known_instance(caller, id).await?;
        let root = self.root_of(&machine).await?;
        let (target, fit) = self.candidate_target(&machine, &root).await?;
        let mut read = self.catalog().read();
        let tenant = (!caller.is_admin()).then_some(caller.project);
        let found = image::candidates(&mut read, target.architecture, &fit, tenant).await?;
        Ok(found
            .into_iter()
            .filter(|image| judge(&target, image, &fit).is_ok())
            .collect())
    }

    /// The machine's root volume.
    pub(crate) async fn root_of(&self, machine: &Instance) -> Result<Volume> {
        let root = match machine.root_volume {
            Some(root) => volume::find(&mut self.catalog().read(), root).await?,
            None => None,
        };
        root.ok_or_else(|| Error::WrongState {
            noun: Noun::Instance,
            id: machine.id.hex(),
            state: "without a root volume".into(),
            needed: "only a machine with a root volume has candidates".into(),
        })
    }

    /// What the rule asks of the machine, and the stores that fit it now.
    pub(crate) async fn candidate_target(
        &self,
        machine: &Instance,
        root: &Volume,
    ) -> Result<(Target, Vec<StoreId>)> {
        let target = Target {
            zone: machine.zone,
            architecture: self.cluster(machine.cluster).await?.architecture,
            pool: self.pool(root.pool).await?.as_ref().clone(),
        };
        let names = self.names().await?;
        let fit = names
            .stores
            .iter()
            .filter(|store| store_fits(&target, store));
        let fit = fit.map(|store| store.id).collect();
        Ok((target, fit))
    }
}

//! The images that a machine can change to.

use std::sync::Arc;

use gaze_catalog::image;
use gaze_domain::candidate::{Target, judge, store_fits};
use gaze_domain::{Caller, Error, Instance, InstanceId, Media, Noun, Result, StoreId, Volume};

use crate::App;
use crate::shelf::KeptImage;

impl App {
    /// Candidates for the machine's root disk, newest first. SQL narrows the catalogue to images
    /// that can pass; the rule itself is the domain's and has the last word.
    pub async fn candidates(&self, caller: &Caller, id: InstanceId) -> Result<Vec<Arc<KeptImage>>> {
        let machine = self.known_instance(caller, id).await?;
        let root = self.root_of(&machine).await?;
        let (target, fit) = self.candidate_target(&machine, &root).await?;
        self.judged_candidates(caller, &target, &fit).await
    }

    /// The candidates of any machine that asks for the same, and has those stores.
    pub(super) async fn judged_candidates(
        &self,
        caller: &Caller,
        target: &Target,
        fit: &[StoreId],
    ) -> Result<Vec<Arc<KeptImage>>> {
        let mut found = self.could_fit(caller, Media::RootDisk, target, fit).await?;
        found.retain(|image| judge(target, image, fit).is_ok());
        Ok(found)
    }

    /// The images of which the rule has still to judge.
    pub(super) async fn could_fit(
        &self,
        caller: &Caller,
        media: Media,
        target: &Target,
        fit: &[StoreId],
    ) -> Result<Vec<Arc<KeptImage>>> {
        let (of, tenant) = (
            target.architecture,
            (!caller.is_admin()).then_some(caller.project),
        );
        // Where all stores fit, to ask where each image is leaves none out.
        let all_fit = self.names().await?.stores.len() == fit.len();
        let stores = (!all_fit).then_some(fit);
        let heads = self.heads_of_candidates(media, of, stores, tenant).await?;
        if let Some(found) = self.kept_page(&heads).await? {
            return Ok(found);
        }
        let mut read = self.catalog().read();
        let found = image::read_candidates(&mut read, media, of, stores, tenant).await?;
        Ok(self.shelf().put(found))
    }

    /// The machine's root volume, which it must have.
    pub(crate) async fn root_of(&self, machine: &Instance) -> Result<Volume> {
        let root = self.root_if_any(machine).await?;
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

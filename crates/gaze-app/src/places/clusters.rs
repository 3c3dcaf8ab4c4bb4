//! Clusters.

use gaze_catalog::{cluster, zone};
use gaze_domain::{Caller, Cluster, ClusterId, Error, Noun, Result};

use super::{check_patch, check_place_name};
use crate::App;
use crate::requests::{ClusterPatch, NewCluster, TagText};
use crate::tags::insert_all;

impl App {
    pub async fn list_clusters(&self, _caller: &Caller) -> Result<Vec<Cluster>> {
        Ok(cluster::list(&mut self.catalog().read()).await?)
    }

    pub async fn get_cluster(&self, _caller: &Caller, id: ClusterId) -> Result<Cluster> {
        Ok(cluster::get(&mut self.catalog().read(), id).await?)
    }

    pub async fn create_cluster(&self, caller: &Caller, new: NewCluster) -> Result<Cluster> {
        self.create_tagged_cluster(caller, new, Vec::new()).await
    }

    /// The same, with tags.
    pub async fn create_tagged_cluster(
        &self,
        caller: &Caller,
        new: NewCluster,
        tags: Vec<TagText>,
    ) -> Result<Cluster> {
        caller.must_admin("create a cluster", Noun::Cluster)?;
        check_place_name(&new.name)?;
        let now = self.now();
        let made = Cluster {
            id: new.id.unwrap_or_else(|| ClusterId::new(self.new_uuid())),
            zone: new.zone,
            name: new.name,
            description: new.description,
            architecture: new.architecture,
            created_at: now,
            updated_at: now,
        };
        let tags = self.new_tags(Noun::Cluster, made.id.uuid(), tags)?;
        let maker = caller.project;
        let row = made.clone();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    zone::get(tx, row.zone).await?;
                    if cluster::find(tx, row.id).await?.is_some() {
                        return Err(Error::exists(Noun::Cluster, row.id).into());
                    }
                    cluster::insert(tx, &row).await?;
                    insert_all(tx, maker, tags).await
                })
            })
            .await?;
        Ok(made)
    }

    pub async fn update_cluster(
        &self,
        caller: &Caller,
        id: ClusterId,
        patch: ClusterPatch,
    ) -> Result<Cluster> {
        caller.must_admin("change a cluster", Noun::Cluster)?;
        check_patch(patch.name.as_deref(), patch.description.as_ref())?;
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let mut changed = cluster::get(tx, id).await?;
                    changed.name = patch.name.unwrap_or(changed.name);
                    changed.description = patch.description.unwrap_or(changed.description);
                    changed.updated_at = now;
                    cluster::update(tx, &changed).await?;
                    Ok(changed)
                })
            })
            .await
    }

    pub async fn delete_cluster(&self, caller: &Caller, id: ClusterId) -> Result<()> {
        caller.must_admin("delete a cluster", Noun::Cluster)?;
        self.catalog()
            .write(move |tx| Box::pin(async move { cluster::delete(tx, id).await }))
            .await
    }
}

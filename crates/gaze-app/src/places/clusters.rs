//! Clusters.

use gaze_catalog::{cluster, zone};
use gaze_domain::{Caller, Cluster, ClusterId, Noun, Result};

use super::check_place_name;
use crate::App;
use crate::requests::NewCluster;

impl App {
    pub async fn list_clusters(&self, _caller: &Caller) -> Result<Vec<Cluster>> {
        Ok(cluster::list(&mut self.catalog().read()).await?)
    }

    pub async fn create_cluster(&self, caller: &Caller, new: NewCluster) -> Result<Cluster> {
        caller.must_admin("create a cluster", Noun::Cluster)?;
        check_place_name(&new.name)?;
        let now = self.now();
        let made = Cluster {
            id: ClusterId::new(self.new_uuid()),
            zone: new.zone,
            name: new.name,
            architecture: new.architecture,
            created_at: now,
            updated_at: now,
        };
        let row = made.clone();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    zone::get(tx, row.zone).await?;
                    cluster::insert(tx, &row).await
                })
            })
            .await?;
        Ok(made)
    }

    pub async fn delete_cluster(&self, caller: &Caller, id: ClusterId) -> Result<()> {
        caller.must_admin("delete a cluster", Noun::Cluster)?;
        self.catalog()
            .write(move |tx| Box::pin(async move { cluster::delete(tx, id).await }))
            .await
    }
}

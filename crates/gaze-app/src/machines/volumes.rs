//! Volumes.

use gaze_catalog::{instance, pool, project, volume};
use gaze_domain::{Caller, Error, Noun, Result, Volume, VolumeId, image};

use super::Registration;
use crate::App;
use crate::requests::NewVolume;

impl App {
    pub async fn list_volumes(&self, caller: &Caller) -> Result<Vec<Volume>> {
        let mut read = self.catalog().read();
        Ok(if caller.is_admin() {
            volume::list(&mut read).await?
        } else {
            volume::list_of(&mut read, caller.project).await?
        })
    }

    pub async fn get_volume(&self, caller: &Caller, id: VolumeId) -> Result<Volume> {
        self.known_volume(caller, id).await
    }

    /// Registers a disk that is there.
    pub async fn add_volume(&self, caller: &Caller, new: NewVolume) -> Result<Volume> {
        caller.must_admin("register a volume", Noun::Volume)?;
        image::check_name(&new.name)?;
        let mut read = self.catalog().read();
        let pool = pool::get(&mut read, new.pool).await?;
        let machine = match new.instance {
            Some(id) => {
                let found = instance::find(&mut read, id).await?;
                Some(found.ok_or_else(|| Error::not_found(Noun::Instance, id))?)
            }
            None => None,
        };
        let owner = match (new.project, &machine) {
            (Some(id), _) => project::get(&mut read, id).await?.id,
            (None, Some(machine)) => machine.owner,
            (None, None) => caller.project,
        };
        let mut made = self
            .describe_volume(Registration {
                name: new.name,
                owner,
                pool: pool.id,
                role: new.role,
                path: new.disk,
                format: new.disk_format,
            })
            .await?;
        made.instance = machine.map(|machine| machine.id);
        let row = made.clone();
        self.catalog()
            .write(move |tx| Box::pin(async move { volume::insert(tx, &row).await }))
            .await?;
        Ok(made)
    }

    /// Forgets a volume. Its file is not touched.
    pub async fn remove_volume(&self, caller: &Caller, id: VolumeId) -> Result<()> {
        caller.must_admin("remove a volume", Noun::Volume)?;
        self.catalog()
            .write(move |tx| Box::pin(async move { volume::delete(tx, id).await }))
            .await
    }
}

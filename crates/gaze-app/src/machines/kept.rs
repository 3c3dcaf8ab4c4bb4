//! Machines and volumes, kept until one changes: whoever asks what a machine can change to asks
//! again.

use std::sync::Arc;

use gaze_catalog::{instance, volume, watched};
use gaze_domain::{Instance, InstanceId, Result, Volume, VolumeId};
use gaze_sql::Db;

use crate::App;
use crate::kept::Kept;

/// Of each; at half a kilobyte, a few megabytes together.
const MOST: usize = 5_000;

#[derive(Debug)]
pub(crate) struct KeptMachines {
    instances: Kept<InstanceId, Instance>,
    volumes: Kept<VolumeId, Volume>,
}

impl KeptMachines {
    pub(crate) fn new(db: &Db) -> Self {
        Self {
            instances: Kept::new(db, watched::INSTANCES, MOST),
            volumes: Kept::new(db, watched::VOLUMES, MOST),
        }
    }
}

impl App {
    /// The machine as it is now, whoever it belongs to.
    pub(crate) async fn instance(&self, id: InstanceId) -> Result<Option<Arc<Instance>>> {
        let read = |id| async move { Ok(instance::find(&mut self.catalog().read(), id).await?) };
        self.machines().instances.get(id, read).await
    }

    /// The machine's root volume, if it has one.
    pub(crate) async fn root_if_any(&self, machine: &Instance) -> Result<Option<Volume>> {
        let Some(root) = machine.root_volume else {
            return Ok(None);
        };
        Ok(self.volume(root).await?.map(Arc::unwrap_or_clone))
    }

    /// The volume as it is now, whoever it belongs to.
    pub(crate) async fn volume(&self, id: VolumeId) -> Result<Option<Arc<Volume>>> {
        let read = |id| async move { Ok(volume::find(&mut self.catalog().read(), id).await?) };
        self.machines().volumes.get(id, read).await
    }
}

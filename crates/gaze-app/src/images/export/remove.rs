//! Removing exports, as a part of purging.

use gaze_blob::Key;
use gaze_catalog::{export, image, project};
use gaze_domain::{Error, Export, ExportState, Image, ImageId, LocationState, Result};

use crate::{App, errors};

impl App {
    /// Removes the exports that are marked for removal, and those from stores whose copy is being
    /// removed, which ends those that are being made.
    pub(in crate::images) async fn remove_exports(
        &self,
        id: ImageId,
        image: Option<&Image>,
    ) -> Result<()> {
        let Some(image) = image else { return Ok(()) };
        for found in export::of_image(&mut self.catalog().read(), id).await? {
            let kept = image
                .locations
                .iter()
                .any(|copy| copy.store == found.store && copy.state != LocationState::Deleting);
            if kept && found.state != ExportState::Deleting {
                continue;
            }
            if found.state == ExportState::Writing {
                self.end_writing(&found).await?;
            }
            self.remove_export(&found).await?;
        }
        Ok(())
    }

    /// Fails if the export is still being made after it was told to stop.
    async fn end_writing(&self, found: &Export) -> Result<()> {
        self.stop_export(found).await?;
        let left = export::find(&mut self.catalog().read(), found.id).await?;
        match left.map(|left| left.state) {
            Some(ExportState::Writing) => Err(Error::Unavailable {
                what: "an export is still being made".into(),
            }),
            Some(ExportState::Ready | ExportState::Deleting) | None => Ok(()),
        }
    }

    /// Marks, removes and forgets; what has been done before is not done again.
    async fn remove_export(&self, found: &Export) -> Result<()> {
        let (id, image, now) = (found.id, found.image, self.now());
        self.catalog()
            .write(move |tx| Box::pin(async move { export::mark_deleting(tx, id, now).await }))
            .await?;
        if let Some(key) = &found.key {
            let key = Key::parse(key).map_err(|error| Error::internal("naming a blob", error))?;
            let blobs = self.blobs(found.store).await?;
            let removed = blobs.delete(&key).await;
            removed.map_err(|error| errors::blob(found.store, error))?;
        }
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    // Its owner may have become another since.
                    let owner = image::lock(tx, image).await?.owner;
                    let Some(export) = export::hold(tx, id).await? else {
                        return Ok(());
                    };
                    project::refund(tx, owner, 0, export.extra()).await?;
                    export::forget(tx, id).await
                })
            })
            .await
    }
}

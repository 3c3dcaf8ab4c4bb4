//! Where an image's bytes lie.

use std::path::PathBuf;

use gaze_blob::Key;
use gaze_domain::{Caller, Error, ImageId, Noun, Result, StoreId};

use crate::App;

impl App {
    /// The files that hold the image's bytes, of the stores that keep files, the oldest copy
    /// first. Administrators only: paths are the operator's.
    pub async fn image_files(
        &self,
        caller: &Caller,
        id: ImageId,
    ) -> Result<Vec<(StoreId, PathBuf)>> {
        let image = self.get_live_image(caller, id).await?;
        caller.must_admin("see where the image is kept", Noun::Image)?;
        let mut found = Vec::new();
        for copy in image.ready_locations() {
            let key =
                Key::parse(&copy.key).map_err(|error| Error::internal("naming a blob", error))?;
            // A store that is away keeps its copies, and can say nothing of them.
            if let Ok(blobs) = self.blobs(copy.store).await
                && let Some(path) = blobs.local_file(&key)
            {
                found.push((copy.store, path));
            }
        }
        Ok(found)
    }
}

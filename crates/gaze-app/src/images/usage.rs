//! What a project uses of what it may.

use gaze_catalog::{arriving, project};
use gaze_domain::quota::{Arriving, Usage};
use gaze_domain::{Caller, Error, Noun, Result};

use crate::App;

impl App {
    /// Use and limits of the caller's project.
    pub async fn usage(&self, caller: &Caller) -> Result<(Usage, Arriving)> {
        let mut read = self.catalog().read();
        let own = project::find(&mut read, caller.project).await?;
        let own = own.ok_or_else(|| Error::not_found(Noun::Project, caller.project))?;
        let usage = Usage {
            image_count: own.image_count,
            image_bytes: own.image_bytes,
            max_image_count: own.max_image_count,
            max_image_bytes: own.max_image_bytes,
        };
        Ok((usage, arriving::of(&mut read, caller.project).await?))
    }
}

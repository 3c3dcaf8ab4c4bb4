//! One image.

use std::sync::Arc;

use gaze_domain::{Caller, Error, Image, ImageId, Noun, Result, Status};

use crate::App;
use crate::shelf::KeptImage;

impl App {
    /// The image, if the caller may know of it.
    pub async fn get_image(&self, caller: &Caller, id: ImageId) -> Result<Image> {
        Ok(self.known_image(caller, id).await?.into_image())
    }

    /// The image to be shown, if the caller may know of it: one statement if it is kept, and one
    /// more for a membership.
    pub async fn show_image(&self, caller: &Caller, id: ImageId) -> Result<Arc<KeptImage>> {
        Ok(self.known_image(caller, id).await?.image)
    }

    /// The image, unless it is deleted: for vendors who know no deleted images.
    pub async fn get_live_image(&self, caller: &Caller, id: ImageId) -> Result<Image> {
        let image = self.show_live_image(caller, id).await?;
        Ok(Image::clone(&image))
    }

    /// The image to be shown, unless it is deleted.
    pub async fn show_live_image(&self, caller: &Caller, id: ImageId) -> Result<Arc<KeptImage>> {
        let image = self.show_image(caller, id).await?;
        if image.status == Status::Deleted {
            return Err(Error::not_found(Noun::Image, id));
        }
        Ok(image)
    }
}

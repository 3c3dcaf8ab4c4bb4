//! One image.

use gaze_domain::{Caller, Error, Image, ImageId, Noun, Result, Status};

use crate::App;

impl App {
    /// The image, if the caller may know of it: at most three statements.
    pub async fn get_image(&self, caller: &Caller, id: ImageId) -> Result<Image> {
        Ok(self.known_image(caller, id).await?.image)
    }

    /// The image, unless it is deleted: for vendors who know no deleted images.
    pub async fn get_live_image(&self, caller: &Caller, id: ImageId) -> Result<Image> {
        let image = self.get_image(caller, id).await?;
        if image.status == Status::Deleted {
            return Err(Error::not_found(Noun::Image, id));
        }
        Ok(image)
    }
}

//! One image.

use gaze_domain::{Caller, Image, ImageId, Result};

use crate::App;

impl App {
    /// The image, if the caller may know of it: at most three statements.
    pub async fn get_image(&self, caller: &Caller, id: ImageId) -> Result<Image> {
        Ok(self.known_image(caller, id).await?.image)
    }
}

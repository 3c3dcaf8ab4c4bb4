//! Enabling and disabling an image.

use gaze_catalog::image;
use gaze_domain::{Caller, Image, ImageId, Result};

use crate::App;

impl App {
    /// Lets new machines start from the image, or not. Works in every status and as often as one
    /// likes, as ZStack's ChangeImageState does; running machines are not touched.
    pub async fn change_image_state(
        &self,
        caller: &Caller,
        id: ImageId,
        enabled: bool,
    ) -> Result<Image> {
        self.known_image(caller, id)
            .await?
            .must_change(caller, "change the image's state")?;
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let before = image::lock(tx, id).await?;
                    let mut after = before.clone();
                    after.enabled = enabled;
                    after.updated_at = now;
                    image::update(tx, &before, &after).await?;
                    Ok(after)
                })
            })
            .await
    }
}

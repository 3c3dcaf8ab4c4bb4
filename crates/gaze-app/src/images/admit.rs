//! Letting what was staged be used.

use gaze_catalog::image;
use gaze_domain::{Caller, Error, Image, ImageId, Noun, Result, Transition};

use crate::App;
use crate::requests::StoreChoice;

impl App {
    /// Makes a staged image active. Its bytes were verified when they came and stay where they
    /// are, so this takes no time; if stores are named, the bytes must be in all of them.
    pub async fn admit_image(
        &self,
        caller: &Caller,
        id: ImageId,
        stores: StoreChoice,
    ) -> Result<Image> {
        self.known_image(caller, id)
            .await?
            .must_change(caller, "import the image")?;
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let staged = image::lock(tx, id).await?;
                    if let StoreChoice::Named(wanted) = &stores {
                        let there = |store| staged.ready_locations().any(|it| it.store == store);
                        if let Some(other) = wanted.iter().find(|store| !there(**store)) {
                            let reason = "the data was staged in another store";
                            return Err(Error::Unreachable {
                                noun: Noun::Store,
                                id: other.hex(),
                                reason: reason.into(),
                            }
                            .into());
                        }
                    }
                    image::apply(tx, id, Transition::ADMIT, now).await?;
                    image::get(tx, id).await
                })
            })
            .await
    }
}

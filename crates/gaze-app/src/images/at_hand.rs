//! Images that an operator wants where they are served fastest.
//!
//! A store of files is as near as a cache would be, so there is no other place to put them: the
//! wish is kept, and is met as soon as such a store has a copy. Nothing is copied for it.

use std::collections::HashSet;

use gaze_catalog::at_hand::{self, AtHand};
use gaze_catalog::{image, location};
use gaze_domain::{Caller, Error, ImageId, LocationState, Noun, Result, Status, StoreId};

use crate::App;
use crate::requests::Wishes;

impl App {
    /// The wishes, the oldest first, and whether each is met. Administrators only.
    pub async fn images_at_hand(&self, caller: &Caller) -> Result<Vec<(AtHand, bool)>> {
        caller.must_admin("see which images are at hand", Noun::Image)?;
        let mut read = self.catalog().read();
        let wishes = at_hand::list(&mut read).await?;
        let images: Vec<ImageId> = wishes.iter().map(|wish| wish.image).collect();
        let mut copies = location::of_images(&mut read, &images).await?;
        let mut near: HashSet<StoreId> = HashSet::new();
        for store in gaze_catalog::store::list(&mut read).await? {
            // A store that is away has nothing at hand.
            if let Ok(blobs) = self.blobs(store.id).await
                && blobs.capabilities().local_files
            {
                near.insert(store.id);
            }
        }
        let told = wishes.into_iter().map(|wish| {
            let copies = copies.remove(&wish.image).unwrap_or_default();
            let mut ready = copies.iter().filter(|it| it.state == LocationState::Ready);
            let met = ready.any(|copy| near.contains(&copy.store));
            (wish, met)
        });
        Ok(told.collect())
    }

    /// Asks to have an active image at hand. Administrators only.
    pub async fn keep_at_hand(&self, caller: &Caller, id: ImageId) -> Result<()> {
        self.get_live_image(caller, id).await?;
        caller.must_admin("have an image at hand", Noun::Image)?;
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let image = image::lock(tx, id).await?;
                    if image.status != Status::Active {
                        return Err(Error::WrongState {
                            noun: Noun::Image,
                            id: id.hex(),
                            state: image.status.to_string(),
                            needed: "only an active image can be at hand".into(),
                        }
                        .into());
                    }
                    at_hand::ask(tx, id, now).await
                })
            })
            .await
    }

    /// Takes a wish back, if there was one; its copies stay where they are. Administrators only.
    pub async fn release_from_hand(&self, caller: &Caller, id: ImageId) -> Result<()> {
        self.get_live_image(caller, id).await?;
        caller.must_admin("release an image", Noun::Image)?;
        self.catalog()
            .write(move |tx| Box::pin(async move { at_hand::release(tx, id).await }))
            .await
    }

    /// Takes many wishes back. Administrators only.
    pub async fn release_all_from_hand(&self, caller: &Caller, which: Wishes) -> Result<()> {
        let wishes = self.images_at_hand(caller).await?;
        let gone = wishes.into_iter().filter(|(_, met)| match which {
            Wishes::All => true,
            Wishes::Met => *met,
            Wishes::Open => !met,
        });
        let gone: Vec<ImageId> = gone.map(|(wish, _)| wish.image).collect();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    for image in gone {
                        at_hand::release(tx, image).await?;
                    }
                    Ok(())
                })
            })
            .await
    }
}

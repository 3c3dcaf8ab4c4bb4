//! Letting what was staged be used.

use gaze_catalog::{image, placing};
use gaze_domain::{Caller, Error, Image, ImageId, Noun, Result, Status, StoreId, Transition};

use super::copy::{Copying, must_rest};
use crate::App;
use crate::ingest::Rule;
use crate::requests::StoreChoice;

impl App {
    /// Makes a staged image active. Its bytes were verified when they came: if they are in all the
    /// stores that are named, this takes no time. Otherwise a job copies them there first, and the
    /// staged copy goes unless its store is named; if that fails, the image stays staged.
    pub async fn admit_image(
        &self,
        caller: &Caller,
        id: ImageId,
        stores: StoreChoice,
    ) -> Result<Image> {
        let known = self.known_image(caller, id).await?;
        known.must_change(caller, "import the image")?;
        let staged = known.into_image();
        let (wanted, rule) = match stores {
            StoreChoice::Auto => return self.admit_now(id, None).await,
            StoreChoice::Named(stores) => (stores, Rule::All),
            StoreChoice::AnyOf(stores) => (stores, Rule::One),
        };
        must_be_staged(&staged)?;
        must_rest(&staged)?;
        let (there, elsewhere): (Vec<StoreId>, Vec<StoreId>) = wanted
            .iter()
            .partition(|store| staged.ready_locations().any(|it| it.store == **store));
        if elsewhere.is_empty() {
            return self.admit_now(id, None).await;
        }
        let chosen = self.room_for_copies(&staged, elsewhere.clone(), rule).await;
        let (stores, missed) = match chosen {
            Ok(chosen) => chosen,
            // What is staged is in one of the stores already.
            Err(_no_room) if rule == Rule::One && !there.is_empty() => {
                return self.admit_now(id, Some(elsewhere)).await;
            }
            Err(error) => return Err(error),
        };
        let begun = Copying {
            image: staged,
            stores,
            missed,
            rule,
            admitted_to: Some(wanted),
            job: None,
        };
        Ok(self.begin_copying(begun).await?.image)
    }

    /// `missed` are the stores that were named and get no copy, if there are any.
    async fn admit_now(&self, id: ImageId, missed: Option<Vec<StoreId>>) -> Result<Image> {
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    must_rest(&image::lock(tx, id).await?)?;
                    image::apply(tx, id, Transition::ADMIT, now).await?;
                    if let Some(missed) = missed {
                        placing::set(tx, id, &missed).await?;
                    }
                    image::get(tx, id).await
                })
            })
            .await
    }
}

fn must_be_staged(image: &Image) -> Result<()> {
    if image.status == Status::Staged {
        return Ok(());
    }
    Err(Error::WrongState {
        noun: Noun::Image,
        id: image.id.hex(),
        state: image.status.to_string(),
        needed: "admit needs it to be staged".into(),
    })
}

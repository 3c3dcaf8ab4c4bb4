//! Images from memory, if they are what the catalogue has now.

use std::sync::Arc;

use gaze_catalog::image::{self, Head};
use gaze_domain::{Error, ImageId, Noun, Result};

use crate::App;
use crate::shelf::KeptImage;

impl App {
    /// The image as it is now: two statements if it is not kept, and one if anything has changed
    /// since it was asked for.
    pub(crate) async fn kept_image(&self, id: ImageId) -> Result<Arc<KeptImage>> {
        let absent = || Error::not_found(Noun::Image, id);
        if let Some(kept) = self.shelf().find(id) {
            let head = self.head(id).await?.ok_or_else(absent)?;
            if head.revision == kept.revision() {
                return Ok(kept);
            }
        }
        let found = image::read(&mut self.catalog().read(), &[id]).await?;
        self.shelf().put(found).pop().ok_or_else(absent)
    }

    /// The images of a page that was found with these heads: no statement if all are kept. `None`
    /// if one of them has changed since: what it is now may not belong on the page, and not be for
    /// the caller to see.
    pub(super) async fn kept_page(&self, heads: &[Head]) -> Result<Option<Vec<Arc<KeptImage>>>> {
        let mut page = self.shelf().find_all(heads);
        let missing: Vec<ImageId> = page
            .iter()
            .zip(heads)
            .filter(|(kept, _)| kept.is_none())
            .map(|(_, head)| head.id)
            .collect();
        if !missing.is_empty() {
            let found = image::read(&mut self.catalog().read(), &missing).await?;
            let mut found = self.shelf().put(found);
            found.sort_unstable_by_key(|kept| kept.id);
            for (place, head) in page.iter_mut().zip(heads) {
                if place.is_none() {
                    let at = found.binary_search_by_key(&head.id, |kept| kept.id);
                    *place = at
                        .ok()
                        .map(|at| Arc::clone(&found[at]))
                        .filter(|kept| kept.revision() == head.revision);
                }
            }
        }
        Ok(page.into_iter().collect())
    }
}

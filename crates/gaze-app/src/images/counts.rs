//! How many images a list holds, and what need not be asked of each of them.
//!
//! Some vendors tell the number with every page, and counting costs as much as there is to count.
//! So a number is kept until something changes that it may depend on.

use gaze_catalog::{image, watched};
use gaze_domain::list::{Condition, ImageList};
use gaze_domain::{Error, Result};
use gaze_sql::Db;

use super::heads::LONGEST_KEY;
use crate::App;
use crate::kept::Kept;

/// Lists whose numbers are kept, each with its conditions as text.
const MOST: usize = 1000;

#[derive(Debug)]
pub(crate) struct Counts(Kept<String, u64>);

impl Counts {
    pub(crate) fn new(db: &Db) -> Self {
        Self(Kept::new(db, watched::LISTS, MOST))
    }
}

impl App {
    pub(super) async fn counted(&self, list: &ImageList) -> Result<u64> {
        // Neither order nor page matter.
        let key = format!("{:?} {:?}", list.scope, list.conditions);
        if key.len() > LONGEST_KEY {
            return Ok(image::count_list(&mut self.catalog().read(), list).await?);
        }
        let read = |_key| async {
            let count = image::count_list(&mut self.catalog().read(), list).await?;
            Ok(Some(count))
        };
        let found = self.counts().0.get(key, read).await?;
        found
            .map(|count| *count)
            .ok_or_else(|| Error::internal("counting images", "nothing was counted"))
    }

    /// Leaves out that an image is in the only region that there is: all copies are in stores of
    /// that region.
    pub(super) async fn leave_out_the_only_region(&self, list: &mut ImageList) -> Result<()> {
        let of_region = |it: &Condition| matches!(it, Condition::InRegion(_));
        if list.conditions.iter().any(of_region)
            && let [only] = self.names().await?.regions.as_slice()
        {
            list.conditions
                .retain(|it| *it != Condition::InRegion(only.id));
        }
        Ok(())
    }
}

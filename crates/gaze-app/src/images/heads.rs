//! Which images are on a page, and their revisions, until something changes that they depend on.
//!
//! Where little is written, even the statement that finds them need not be run again. A page is
//! kept by what was asked for, as text.

use std::sync::Arc;

use gaze_catalog::image::{self, Head};
use gaze_catalog::watched;
use gaze_domain::list::ImageList;
use gaze_domain::{Architecture, ImageId, Media, ProjectId, Result, StoreId};
use gaze_sql::Db;

use crate::App;
use crate::kept::Kept;

/// Pages that are kept, of at most so many images. Of a longer page the statement is a small part
/// of what it costs.
const MOST_PAGES: usize = 250;
const LONGEST: usize = 250;
/// Single images.
const MOST_IMAGES: usize = 10_000;

#[derive(Debug)]
pub(crate) struct Heads {
    pages: Kept<String, Vec<Head>>,
    images: Kept<ImageId, Head>,
}

impl Heads {
    pub(crate) fn new(db: &Db) -> Self {
        Self {
            pages: Kept::new(db, watched::LISTS, MOST_PAGES),
            images: Kept::new(db, watched::HEADS, MOST_IMAGES),
        }
    }
}

impl App {
    /// The present revision of an image.
    pub(super) async fn head(&self, id: ImageId) -> Result<Option<Arc<Head>>> {
        let read = |id| async move { Ok(image::head(&mut self.catalog().read(), id).await?) };
        self.heads().images.get(id, read).await
    }

    /// What is on the page.
    pub(super) async fn heads_of_list(&self, list: &ImageList) -> Result<Arc<Vec<Head>>> {
        if list.limit as usize > LONGEST {
            return Ok(Arc::new(
                image::heads(&mut self.catalog().read(), list).await?,
            ));
        }
        let find = async { Ok(image::heads(&mut self.catalog().read(), list).await?) };
        self.heads_of_page(format!("{list:?}"), find).await
    }

    /// What the rule for candidates has still to judge.
    pub(super) async fn heads_of_candidates(
        &self,
        media: Media,
        of: Architecture,
        fit: &[StoreId],
        tenant: Option<ProjectId>,
    ) -> Result<Arc<Vec<Head>>> {
        let find = async {
            let mut read = self.catalog().read();
            Ok(image::candidate_heads(&mut read, media, of, fit, tenant).await?)
        };
        let key = format!("{media} {of} {fit:?} {tenant:?}");
        self.heads_of_page(key, find).await
    }

    async fn heads_of_page(
        &self,
        key: String,
        find: impl Future<Output = Result<Vec<Head>>>,
    ) -> Result<Arc<Vec<Head>>> {
        let mut long = Vec::new();
        let kept = {
            let long = &mut long;
            let short = |_key| async move {
                let found = find.await?;
                if found.len() > LONGEST {
                    *long = found;
                    return Ok(None);
                }
                Ok(Some(found))
            };
            self.heads().pages.get(key, short).await?
        };
        Ok(kept.unwrap_or_else(|| Arc::new(long)))
    }
}

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

/// Bytes in which pages are kept.
const MOST_OF_PAGES: usize = 8 << 20;
/// What a page takes besides its heads and what was asked for.
const PAGE: usize = 128;
/// Longest text under which a page is kept: clients may ask for much, with many words.
pub(super) const LONGEST_KEY: usize = 2048;
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
            pages: Kept::weighed(db, watched::LISTS, MOST_OF_PAGES, |asked, page| {
                PAGE + asked.len() + page.len() * size_of::<Head>()
            }),
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
        let find = async { Ok(image::heads(&mut self.catalog().read(), list).await?) };
        self.heads_of_page(format!("{list:?}"), find).await
    }

    /// What the rule for candidates has still to judge.
    pub(super) async fn heads_of_candidates(
        &self,
        media: Media,
        of: Architecture,
        stores: Option<&[StoreId]>,
        tenant: Option<ProjectId>,
    ) -> Result<Arc<Vec<Head>>> {
        let find = async {
            let mut read = self.catalog().read();
            Ok(image::candidate_heads(&mut read, media, of, stores, tenant).await?)
        };
        let key = format!("{media} {of} {stores:?} {tenant:?}");
        self.heads_of_page(key, find).await
    }

    async fn heads_of_page(
        &self,
        key: String,
        find: impl Future<Output = Result<Vec<Head>>>,
    ) -> Result<Arc<Vec<Head>>> {
        if key.len() > LONGEST_KEY {
            return find.await.map(Arc::new);
        }
        let kept = self.heads().pages.get(key, |_key| async move {
            let found = find.await?;
            Ok(Some(found))
        });
        // A page that is not there is an empty one.
        Ok(kept.await?.unwrap_or_default())
    }
}

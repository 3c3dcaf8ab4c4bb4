//! Lists of images.

use std::sync::Arc;

use gaze_catalog::image;
use gaze_domain::list::{ImageList, Scope, Start};
use gaze_domain::{Caller, MemberState, Result};

use crate::App;
use crate::shelf::KeptImage;

/// Longest page, whatever a face allows.
const MAX_PAGE: u32 = 1000;

impl App {
    /// A page of images. Whatever scope is asked for, a caller gets no more than it may see. The
    /// image to start after must itself be visible to the caller.
    pub async fn list_images(
        &self,
        caller: &Caller,
        mut list: ImageList,
    ) -> Result<Vec<Arc<KeptImage>>> {
        list.scope = narrow(caller, list.scope);
        list.limit = list.limit.min(MAX_PAGE);
        if list.limit == 0 {
            return Ok(Vec::new());
        }
        self.leave_out_the_only_region(&mut list).await?;
        if let Start::After(marker) = list.start
            && !caller.is_admin()
        {
            self.known_image(caller, marker).await?;
        }
        let heads = self.heads_of_list(&list).await?;
        if let Some(page) = self.kept_page(&heads).await? {
            return Ok(page);
        }
        let found = image::read_list(&mut self.catalog().read(), &list).await?;
        Ok(self.shelf().put(found))
    }

    /// How many images the whole list holds.
    pub async fn count_images(&self, caller: &Caller, mut list: ImageList) -> Result<u64> {
        list.scope = narrow(caller, list.scope);
        self.leave_out_the_only_region(&mut list).await?;
        self.counted(&list).await
    }
}

fn narrow(caller: &Caller, asked: Scope) -> Scope {
    if caller.is_admin() {
        return asked;
    }
    let project = caller.project;
    match asked {
        Scope::All => Scope::Visible {
            project,
            shared: vec![MemberState::Accepted],
        },
        Scope::Visible { shared, .. } => Scope::Visible { project, shared },
        Scope::Usable { shared, .. } => Scope::Usable { project, shared },
        Scope::Community => Scope::Community,
        Scope::Owned(_) => Scope::Owned(project),
    }
}

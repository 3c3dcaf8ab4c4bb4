//! Lists of tags.

use gaze_catalog::tag;
use gaze_domain::tag::{TagList, TagScope};
use gaze_domain::{Caller, Result, Tag};

use crate::App;

/// Longest page, whatever a face allows.
const MAX_PAGE: u32 = 10_000;

impl App {
    /// A page of the tags of what the caller sees.
    pub async fn list_tags(&self, caller: &Caller, mut list: TagList) -> Result<Vec<Tag>> {
        list.scope = narrow(caller, list.scope);
        list.limit = list.limit.min(MAX_PAGE);
        if list.limit == 0 {
            return Ok(Vec::new());
        }
        Ok(tag::list(&mut self.catalog().read(), &list).await?)
    }

    /// How many tags the whole list holds.
    pub async fn count_tags(&self, caller: &Caller, mut list: TagList) -> Result<u64> {
        list.scope = narrow(caller, list.scope);
        Ok(tag::count_list(&mut self.catalog().read(), &list).await?)
    }
}

fn narrow(caller: &Caller, asked: TagScope) -> TagScope {
    if caller.is_admin() {
        asked
    } else {
        TagScope::Visible(caller.project)
    }
}

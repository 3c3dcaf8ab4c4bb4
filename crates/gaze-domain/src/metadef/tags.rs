//! Tags of a namespace. They are so few that a page is cut from all of them.

use std::cmp::Ordering;

use super::{Dated, contents};
use crate::error::{Error, Noun, Result};
use crate::list::Direction;

/// By what tags are ordered; then by their name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagKey {
    CreatedAt,
    UpdatedAt,
    Name,
}

/// A page of a list of tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagList {
    pub key: TagKey,
    pub direction: Direction,
    /// Right behind the tag of that name.
    pub after: Option<String>,
    pub limit: Option<usize>,
}

impl TagList {
    /// All, the newest first.
    pub const fn all() -> Self {
        Self {
            key: TagKey::CreatedAt,
            direction: Direction::Descending,
            after: None,
            limit: None,
        }
    }

    /// The tags of the page, in order.
    pub fn cut(&self, mut tags: Vec<Dated<String>>) -> Result<Vec<Dated<String>>> {
        tags.sort_by(|one, other| self.compare(one, other));
        let skipped = match &self.after {
            None => 0,
            Some(name) => {
                let at = tags.iter().position(|tag| tag.thing == *name);
                let at = at.ok_or_else(|| Error::not_found(Noun::MetadefTag, name))?;
                at + 1
            }
        };
        let page = tags.into_iter().skip(skipped);
        Ok(page.take(self.limit.unwrap_or(usize::MAX)).collect())
    }

    fn compare(&self, one: &Dated<String>, other: &Dated<String>) -> Ordering {
        let by_name = || one.thing.cmp(&other.thing);
        let key = match self.key {
            TagKey::CreatedAt => one.created_at.cmp(&other.created_at),
            TagKey::UpdatedAt => one.updated_at.cmp(&other.updated_at),
            TagKey::Name => by_name(),
        };
        let key = match self.direction {
            Direction::Ascending => key,
            Direction::Descending => key.reverse(),
        };
        key.then_with(by_name)
    }
}

/// Checks a list of tags that somebody gives to a namespace.
pub fn check_tags(tags: &[String]) -> Result<()> {
    contents::check_tags(tags)
}

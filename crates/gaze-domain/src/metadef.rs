//! Metadata definitions: what the free properties of images, flavors and volumes are called, mean
//! and may hold. Namespaces of them, each with objects, properties, tags and the types of things
//! that it is for.
//!
//! They describe and bind nobody: an image may have properties that no namespace defines.

mod contents;
mod definition;
mod tags;

use crate::access::Caller;
use crate::error::{Error, Noun, Result};
use crate::list::Direction;
use crate::{NamespaceId, ProjectId, Timestamp};

pub use contents::{Association, Contents, Object, Property};
pub use definition::{Definition, Definitions};
pub use tags::{TagKey, TagList, check_tags};

/// Longest name of a namespace or of what is in it, and longest title, prefix and target, in
/// characters (Glance's columns).
pub const MAX_NAME: usize = 80;
/// Longest description of a namespace, in characters (Glance's schema).
pub const MAX_DESCRIPTION: usize = 500;
/// Longest other text, in bytes. Glance keeps them in columns of 64 KiB; the longest that it comes
/// with has 900.
pub const MAX_TEXT: usize = 16 << 10;
/// Most properties, objects or tags of a namespace each: the largest that Glance comes with has 19.
pub const MAX_OF_A_KIND: usize = 1000;
/// Most types of things that a namespace is for: Glance comes with six in all.
pub const MAX_ASSOCIATIONS: usize = 100;
/// Most entries of the lists within a definition, and of properties of an object.
pub const MAX_ENTRIES: usize = 1000;

crate::words! {
    pub enum NamespaceVisibility("visibility") {
        /// The owner alone.
        Private = "private",
        /// Everybody.
        Public = "public",
    }
}

/// A named set of definitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    pub id: NamespaceId,
    /// Unique, and the name by which everybody speaks of it; may be changed.
    pub name: String,
    /// For people.
    pub title: Option<String>,
    pub description: Option<String>,
    pub visibility: NamespaceVisibility,
    /// Neither the namespace nor anything in it can be deleted.
    pub protected: bool,
    pub owner: ProjectId,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A thing, since when it is known, and when it was last changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Dated<T> {
    pub thing: T,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl<T> Dated<T> {
    pub fn new(thing: T, now: Timestamp) -> Self {
        Self {
            thing,
            created_at: now,
            updated_at: now,
        }
    }
}

/// What is said of a namespace itself. What is not said has its default.
#[derive(Clone, Debug, PartialEq)]
pub struct NamespaceFacts {
    pub name: String,
    pub title: Option<String>,
    pub description: Option<String>,
    /// Private, unless somebody says otherwise.
    pub visibility: NamespaceVisibility,
    pub protected: bool,
    /// By default the project of whoever says so.
    pub owner: Option<ProjectId>,
}

impl NamespaceFacts {
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            title: None,
            description: None,
            visibility: NamespaceVisibility::Private,
            protected: false,
            owner: None,
        }
    }

    pub fn check(&self) -> Result<()> {
        check_name("namespace", &self.name)?;
        check_length("display_name", self.title.as_deref(), MAX_NAME)?;
        check_length("description", self.description.as_deref(), MAX_DESCRIPTION)
    }
}

/// By what a list of namespaces is ordered; then by when they were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamespaceKey {
    CreatedAt,
    UpdatedAt,
    Name,
    Title,
    Visibility,
    Protected,
    Owner,
}

/// A page of a list of namespaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceList {
    pub visibility: Option<NamespaceVisibility>,
    /// Only those that are for one of these types of things; empty means all.
    pub resource_types: Vec<String>,
    pub key: NamespaceKey,
    pub direction: Direction,
    /// Right behind the namespace of that name.
    pub after: Option<String>,
    pub limit: u32,
}

impl NamespaceList {
    /// The newest.
    pub fn new(limit: u32) -> Self {
        Self {
            visibility: None,
            resource_types: Vec::new(),
            key: NamespaceKey::CreatedAt,
            direction: Direction::Descending,
            after: None,
            limit,
        }
    }
}

crate::words! {
    /// What becomes of a namespace that is loaded and exists already.
    pub enum Existing("existing") {
        /// It stays as it is.
        Keep = "keep",
        /// What it lacks is added.
        Merge = "merge",
        /// What it lacks is added, and what it has is brought up to date.
        Update = "update",
        /// It is emptied and filled anew.
        Replace = "replace",
    }
}

crate::words! {
    /// What became of it.
    pub enum Loaded("outcome") {
        Created = "created",
        Kept = "kept",
        Merged = "merged",
        Updated = "updated",
        Replaced = "replaced",
    }
}

/// Whether the caller may know that the namespace exists.
pub fn can_see(caller: &Caller, namespace: &Namespace) -> bool {
    caller.is_admin()
        || namespace.owner == caller.project
        || namespace.visibility == NamespaceVisibility::Public
}

/// Refuses to delete what a protected namespace holds, or the namespace.
pub fn must_be_unprotected(namespace: &Namespace, noun: Noun, name: &str) -> Result<()> {
    if !namespace.protected {
        return Ok(());
    }
    Err(Error::WrongState {
        noun,
        id: name.to_owned(),
        state: "protected".into(),
        needed: "lift the namespace's protection first".into(),
    })
}

/// A name by which something can be called: not empty, not too long, no control characters.
pub fn check_name(field: &str, name: &str) -> Result<()> {
    if name.is_empty() {
        return Err(Error::invalid(field, "must not be empty"));
    }
    if name.chars().any(char::is_control) {
        return Err(Error::invalid(field, "must not hold control characters"));
    }
    check_length(field, Some(name), MAX_NAME)
}

fn check_length(field: &str, text: Option<&str>, most: usize) -> Result<()> {
    if text.is_some_and(|text| text.chars().count() > most) {
        let reason = format!("must have {most} characters at most");
        return Err(Error::invalid(field, reason));
    }
    // PostgreSQL's texts cannot hold it.
    if text.is_some_and(|text| text.contains('\0')) {
        return Err(Error::invalid(field, "must not hold the character NUL"));
    }
    Ok(())
}

fn check_text(field: &str, text: Option<&str>) -> Result<()> {
    if text.is_some_and(|text| text.len() > MAX_TEXT) {
        let reason = format!("must have {MAX_TEXT} bytes at most");
        return Err(Error::invalid(field, reason));
    }
    check_length(field, text, MAX_TEXT)
}

fn check_count(field: &str, count: usize, most: usize) -> Result<()> {
    if count > most {
        let reason = format!("must have {most} entries at most, and has {count}");
        return Err(Error::invalid(field, reason));
    }
    Ok(())
}

/// Refuses one more of something than a namespace may hold.
pub fn check_room(field: &str, have: u64, more: usize, most: usize) -> Result<()> {
    let have = usize::try_from(have).unwrap_or(usize::MAX);
    if have.saturating_add(more) > most {
        let reason = format!("a namespace holds {most} at most");
        return Err(Error::invalid(field, reason));
    }
    Ok(())
}

#[cfg(test)]
mod tests;

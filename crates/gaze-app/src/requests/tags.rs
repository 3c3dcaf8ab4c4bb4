//! What the verbs on tags are asked with.

use std::collections::BTreeMap;

use gaze_domain::tag::PatternKind;
use gaze_domain::{Error, Firmware, Noun, Tag, TagKind, TagPatternId};
use uuid::Uuid;

/// A tag to be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TagText {
    pub kind: TagKind,
    pub text: String,
}

impl TagText {
    pub fn system(text: impl Into<String>) -> Self {
        Self {
            kind: TagKind::System,
            text: text.into(),
        }
    }

    pub fn user(text: impl Into<String>) -> Self {
        Self {
            kind: TagKind::User,
            text: text.into(),
        }
    }

    pub fn firmware(firmware: Firmware) -> Self {
        Self {
            kind: TagKind::Firmware,
            text: firmware.as_str().to_owned(),
        }
    }
}

/// Tags that something is to have.
#[derive(Clone, Debug)]
pub struct NewTags {
    pub noun: Noun,
    pub subject: Uuid,
    pub tags: Vec<TagText>,
}

#[derive(Clone, Debug)]
pub struct NewTagPattern {
    /// Made up if absent.
    pub id: Option<TagPatternId>,
    pub name: String,
    pub value: String,
    pub description: Option<String>,
    pub color: Option<String>,
    pub kind: PatternKind,
}

/// Changes to a tag pattern: `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct TagPatternPatch {
    pub name: Option<String>,
    pub value: Option<String>,
    pub description: Option<String>,
    pub color: Option<String>,
}

/// A pattern that several things are to have a tag of.
#[derive(Clone, Debug)]
pub struct PatternUse {
    pub pattern: TagPatternId,
    pub subjects: Vec<Uuid>,
    /// A value for each name in the pattern's braces.
    pub tokens: BTreeMap<String, String>,
}

/// What came of it for one of the things.
#[derive(Debug)]
pub struct PatternUsed {
    pub subject: Uuid,
    pub tag: Result<Tag, Error>,
}

//! What one property is: its type, title and limits, in the words of JSON schema.

use std::collections::{BTreeMap, BTreeSet};

use super::{MAX_ENTRIES, MAX_NAME, check_count, check_name, check_text};
use crate::error::{Error, Result};
use crate::json::Json;

/// Definitions by the name of the property.
pub type Definitions = BTreeMap<String, Definition>;

/// Most bytes of one definition. The longest that Glance comes with has 2 KiB.
const MAX_DEFINITION: usize = 64 << 10;

/// Types that a property may have.
const TYPES: &[&str] = &["array", "boolean", "integer", "number", "object", "string"];

/// The facts that a definition may state, and what each may be. Source: Glance's schema
/// `metadefs/property`.
const FACTS: &[(&str, Fact)] = &[
    ("additionalItems", Fact::Flag),
    ("default", Fact::Any),
    ("description", Fact::Text),
    ("enum", Fact::List),
    ("items", Fact::Items),
    ("maxItems", Fact::Count),
    ("maxLength", Fact::Count),
    ("maximum", Fact::Number),
    ("minItems", Fact::Count),
    ("minLength", Fact::Count),
    ("minimum", Fact::Number),
    ("operators", Fact::Texts),
    ("pattern", Fact::Text),
    ("readonly", Fact::Flag),
    ("required", Fact::Names),
    ("title", Fact::Text),
    ("type", Fact::Type),
    ("uniqueItems", Fact::Flag),
];

#[derive(Clone, Copy, Debug)]
enum Fact {
    Any,
    Flag,
    Text,
    Number,
    Count,
    List,
    Texts,
    /// Texts of which none occurs twice.
    Names,
    Type,
    Items,
}

/// A definition that keeps the rules: what it states is known, and of the right kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition(BTreeMap<String, Json>);

impl Definition {
    /// Fails with [`Error::Invalid`], whose field is the fact's.
    pub fn new(facts: BTreeMap<String, Json>) -> Result<Self> {
        for needed in ["title", "type"] {
            if !facts.contains_key(needed) {
                return Err(Error::invalid(needed, "is required"));
            }
        }
        for (name, value) in &facts {
            let known = FACTS.iter().find(|(known, _)| known == name);
            let (name, fact) = known.ok_or_else(|| {
                Error::invalid(name, "is none of what a definition of a property may state")
            })?;
            fact.check(name, value)?;
        }
        let definition = Json::Map(facts);
        if definition.weight() > MAX_DEFINITION {
            let reason = format!("the definition must have {MAX_DEFINITION} bytes at most");
            return Err(Error::invalid("definition", reason));
        }
        match definition {
            Json::Map(facts) => Ok(Self(facts)),
            other => Err(Error::invalid("definition", other.kind())),
        }
    }

    pub fn facts(&self) -> &BTreeMap<String, Json> {
        &self.0
    }
}

impl Fact {
    fn check(self, name: &str, value: &Json) -> Result<()> {
        match (self, value) {
            (Self::Any, _)
            | (Self::Flag, Json::Flag(_))
            | (Self::Number, Json::Integer(_) | Json::Decimal(_)) => Ok(()),
            (Self::Text, Json::Text(text)) => check_text(name, Some(text)),
            (Self::Count, Json::Integer(count)) if *count >= 0 => Ok(()),
            (Self::List, Json::List(items)) => check_count(name, items.len(), MAX_ENTRIES),
            (Self::Texts | Self::Names, Json::List(items)) => self.check_texts(name, items),
            (Self::Type, Json::Text(text)) => check_type(name, text),
            (Self::Items, Json::Map(members)) => check_items(name, members),
            (_, value) => {
                let needed = self.needed();
                let reason = format!("must be {needed}, not {}", told(value));
                Err(Error::invalid(name, reason))
            }
        }
    }

    const fn needed(self) -> &'static str {
        match self {
            Self::Any => "anything",
            Self::Flag => "a boolean",
            Self::Text | Self::Type => "a string",
            Self::Number => "a number",
            Self::Count => "a whole number that is not negative",
            Self::List => "an array",
            Self::Texts | Self::Names => "an array of strings",
            Self::Items => "an object",
        }
    }

    fn check_texts(self, name: &str, items: &[Json]) -> Result<()> {
        check_count(name, items.len(), MAX_ENTRIES)?;
        let mut seen = BTreeSet::new();
        for (at, item) in items.iter().enumerate() {
            let Json::Text(text) = item else {
                let reason = format!("must be a string, not {}", told(item));
                return Err(Error::invalid(format!("{name}.{at}"), reason));
            };
            check_text(name, Some(text))?;
            if matches!(self, Self::Names) && !seen.insert(text) {
                return Err(Error::invalid(name, format!("names {text:?} twice")));
            }
        }
        Ok(())
    }
}

/// A value as a refusal tells it: a long one by its kind.
fn told(value: &Json) -> String {
    match value {
        Json::Flag(flag) => flag.to_string(),
        Json::Integer(number) => number.to_string(),
        Json::Decimal(number) => number.to_string(),
        Json::Null | Json::Text(_) | Json::List(_) | Json::Map(_) => value.kind().to_owned(),
    }
}

fn check_type(field: &str, text: &str) -> Result<()> {
    if TYPES.contains(&text) {
        return Ok(());
    }
    // A client may have sent a text of any length.
    let start: String = text.chars().take(MAX_NAME).collect();
    let reason = format!("{start:?} is none of {}", TYPES.join(", "));
    Err(Error::invalid(field, reason))
}

/// What the entries of an array are.
fn check_items(name: &str, members: &BTreeMap<String, Json>) -> Result<()> {
    for (member, value) in members {
        let fact = match member.as_str() {
            "type" => Fact::Type,
            "enum" => Fact::List,
            _ => {
                let reason = "states neither `type` nor `enum` of the items";
                return Err(Error::invalid(format!("{name}.{member}"), reason));
            }
        };
        fact.check(&format!("{name}.{member}"), value)?;
    }
    Ok(())
}

/// Checks the names of the properties, and how many there are.
pub(super) fn check(field: &str, definitions: &Definitions) -> Result<()> {
    check_count(field, definitions.len(), MAX_ENTRIES)?;
    let mut names = definitions.keys();
    names.try_for_each(|name| check_name(field, name))
}

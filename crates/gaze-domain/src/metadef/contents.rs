//! What a namespace holds.

use std::collections::BTreeSet;

use super::definition::{self, Definition, Definitions};
use super::{
    MAX_ASSOCIATIONS, MAX_ENTRIES, MAX_NAME, MAX_OF_A_KIND, check_count, check_length, check_name,
    check_text,
};
use crate::error::{Error, Noun, Result};

/// One property.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    pub name: String,
    pub definition: Definition,
}

/// Several properties that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    pub name: String,
    pub description: Option<String>,
    /// Names of the properties that must be given when one is.
    pub required: Vec<String>,
    pub properties: Definitions,
}

/// A type of things that the namespace is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Association {
    pub resource_type: String,
    /// What stands before the names of properties on such a thing, with its separator.
    pub prefix: Option<String>,
    /// Which of the thing's sets of properties is meant, where it has several.
    pub target: Option<String>,
}

impl Property {
    pub fn check(&self) -> Result<()> {
        check_name("name", &self.name)
    }
}

impl Object {
    pub fn check(&self) -> Result<()> {
        check_name("name", &self.name)?;
        check_text("description", self.description.as_deref())?;
        check_count("required", self.required.len(), MAX_ENTRIES)?;
        let mut seen = BTreeSet::new();
        for name in &self.required {
            check_length("required", Some(name), MAX_NAME)?;
            if !seen.insert(name) {
                return Err(Error::invalid("required", format!("names {name:?} twice")));
            }
        }
        definition::check("properties", &self.properties)
    }
}

impl Association {
    pub fn check(&self) -> Result<()> {
        check_name("name", &self.resource_type)?;
        check_length("prefix", self.prefix.as_deref(), MAX_NAME)?;
        check_length("properties_target", self.target.as_deref(), MAX_NAME)
    }
}

/// Everything in a namespace, as somebody said it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contents {
    pub associations: Vec<Association>,
    pub properties: Vec<Property>,
    pub objects: Vec<Object>,
    pub tags: Vec<String>,
}

impl Contents {
    /// Checks each thing, how many there are, and that none is there twice.
    pub fn check(&self) -> Result<()> {
        let field = "resource_type_associations";
        check_count(field, self.associations.len(), MAX_ASSOCIATIONS)?;
        each(field, &self.associations, Association::check)?;
        check_count("properties", self.properties.len(), MAX_OF_A_KIND)?;
        each("properties", &self.properties, Property::check)?;
        check_count("objects", self.objects.len(), MAX_OF_A_KIND)?;
        each("objects", &self.objects, Object::check)?;
        check_tags(&self.tags)?;
        let names = self.associations.iter().map(|it| &it.resource_type);
        unique(Noun::ResourceType, names)?;
        let names = self.properties.iter().map(|it| &it.name);
        unique(Noun::MetadefProperty, names)?;
        unique(Noun::MetadefObject, self.objects.iter().map(|it| &it.name))
    }
}

/// Checks a list of tags, and that none is there twice.
pub(super) fn check_tags(tags: &[String]) -> Result<()> {
    check_count("tags", tags.len(), MAX_OF_A_KIND)?;
    tags.iter().try_for_each(|name| check_name("tags", name))?;
    unique(Noun::MetadefTag, tags.iter())
}

/// Checks every thing of a list; a refusal tells which.
fn each<T>(field: &str, things: &[T], check: fn(&T) -> Result<()>) -> Result<()> {
    for (at, thing) in things.iter().enumerate() {
        check(thing).map_err(|error| within(&format!("{field}.{at}"), error))?;
    }
    Ok(())
}

fn within(place: &str, error: Error) -> Error {
    match error {
        Error::Invalid { field, reason } => Error::invalid(format!("{place}.{field}"), reason),
        other => other,
    }
}

fn unique<'n>(noun: Noun, names: impl Iterator<Item = &'n String>) -> Result<()> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(Error::exists(noun, name));
        }
    }
    Ok(())
}

//! Metadata definitions.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

/// Facts of a property, by their names.
pub(crate) type Facts = serde_json::Map<String, Value>;

#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
pub(crate) struct Namespace<'n> {
    pub(crate) namespace: &'n str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) display_name: Option<&'n str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<&'n str>,
    pub(crate) visibility: &'static str,
    pub(crate) protected: bool,
    pub(crate) owner: String,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) resource_type_associations: Vec<Association<'n>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) properties: BTreeMap<String, Facts>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) objects: Vec<Object<'n>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<TagName<'n>>,
    #[serde(rename = "self")]
    pub(crate) address: String,
    pub(crate) schema: &'static str,
}

#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
pub(crate) struct Namespaces<'n> {
    pub(crate) namespaces: Vec<Namespace<'n>>,
    /// Address of the first page of the same list.
    pub(crate) first: String,
    /// Address of the page behind this one, if there may be one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
    pub(crate) schema: &'static str,
}

#[derive(Debug, Serialize)]
pub(crate) struct Object<'o> {
    pub(crate) name: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<&'o str>,
    pub(crate) required: Vec<String>,
    pub(crate) properties: BTreeMap<String, Facts>,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
    #[serde(rename = "self")]
    pub(crate) address: String,
    pub(crate) schema: &'static str,
}

#[derive(Debug, Serialize)]
pub(crate) struct Objects<'o> {
    pub(crate) objects: Vec<Object<'o>>,
    pub(crate) schema: &'static str,
}

/// One property, with its name among its facts.
#[derive(Debug, Serialize)]
pub(crate) struct Property<'p> {
    pub(crate) name: &'p str,
    #[serde(flatten)]
    pub(crate) facts: Facts,
}

#[derive(Debug, Serialize)]
pub(crate) struct Properties {
    pub(crate) properties: BTreeMap<String, Facts>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Association<'a> {
    pub(crate) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prefix: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) properties_target: Option<&'a str>,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Associations<'a> {
    pub(crate) resource_type_associations: Vec<Association<'a>>,
}

/// A type of things, or a tag: a name and its times.
#[derive(Debug, Serialize)]
pub(crate) struct Named<'t> {
    pub(crate) name: &'t str,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct ResourceTypes<'t> {
    pub(crate) resource_types: Vec<Named<'t>>,
}

/// A tag in a list.
#[derive(Debug, Serialize)]
pub(crate) struct TagName<'t> {
    pub(crate) name: &'t str,
}

#[derive(Debug, Serialize)]
pub(crate) struct Tags<'t> {
    pub(crate) tags: Vec<TagName<'t>>,
}

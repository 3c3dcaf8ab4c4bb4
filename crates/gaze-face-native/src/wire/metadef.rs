//! Metadata definitions, in the form of the files that Glance's own command
//! `glance-manage db_load_metadefs` reads.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::value::{ExistingWord, LoadedWord, NamespaceVisibilityWord};

/// Namespaces to be loaded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Load {
    pub(crate) namespaces: Vec<Namespace>,
    /// What becomes of those that exist already: by default they stay as they are.
    #[serde(default)]
    pub(crate) existing: Option<ExistingWord>,
}

/// One file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MetadefNamespace)]
#[expect(clippy::struct_field_names, reason = "the names of the file")]
pub(crate) struct Namespace {
    pub(crate) namespace: String,
    #[serde(default)]
    pub(crate) display_name: Option<String>,
    #[serde(default)]
    pub(crate) description: Option<String>,
    /// Private by default.
    #[serde(default)]
    pub(crate) visibility: Option<NamespaceVisibilityWord>,
    #[serde(default)]
    pub(crate) protected: Option<bool>,
    /// Not looked at: it names a project of another cloud.
    #[serde(default, rename = "owner")]
    pub(crate) _owner: Option<String>,
    #[serde(default)]
    pub(crate) resource_type_associations: Vec<Association>,
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Object>)]
    pub(crate) properties: Definitions,
    #[serde(default)]
    pub(crate) objects: Vec<MetadefObject>,
    #[serde(default)]
    pub(crate) tags: Vec<MetadefTag>,
}

/// Definitions by the names of their properties.
pub(crate) type Definitions = BTreeMap<String, Map<String, Value>>;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MetadefAssociation)]
pub(crate) struct Association {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) prefix: Option<String>,
    #[serde(default)]
    pub(crate) properties_target: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MetadefObject {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: Option<String>,
    #[serde(default)]
    pub(crate) required: Vec<String>,
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Object>)]
    pub(crate) properties: Definitions,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MetadefTag {
    pub(crate) name: String,
}

/// What became of a namespace.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LoadedNamespace)]
pub(crate) struct Outcome {
    pub(crate) namespace: String,
    pub(crate) outcome: LoadedWord,
}

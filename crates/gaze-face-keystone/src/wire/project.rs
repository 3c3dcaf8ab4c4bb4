//! Projects.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{ListLinks, SelfLink};

/// The answer of the lists.
#[derive(Debug, Serialize)]
pub(crate) struct Projects {
    pub(crate) links: ListLinks,
    pub(crate) projects: Vec<Project>,
}

/// The body of what makes or changes a project.
#[derive(Debug, Deserialize)]
pub(crate) struct Request<T> {
    pub(crate) project: T,
}

/// A project to be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct New {
    pub(crate) name: String,
    pub(crate) domain_id: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) enabled: Option<bool>,
    pub(crate) parent_id: Option<String>,
    pub(crate) is_domain: Option<bool>,
    pub(crate) tags: Option<Vec<String>>,
    pub(crate) options: Option<Map<String, Value>>,
}

/// Changes to a project. What is null is cleared.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Patch {
    pub(crate) name: Option<String>,
    pub(crate) domain_id: Option<String>,
    #[serde(default, deserialize_with = "super::present")]
    pub(crate) description: Option<Option<String>>,
    pub(crate) enabled: Option<bool>,
    pub(crate) parent_id: Option<String>,
    pub(crate) is_domain: Option<bool>,
    pub(crate) tags: Option<Vec<String>>,
    pub(crate) options: Option<Map<String, Value>>,
}

/// The answer of `GET /v3/projects/{project_id}`.
#[derive(Debug, Serialize)]
pub(crate) struct Body {
    pub(crate) project: Project,
}

#[derive(Debug, Serialize)]
pub(crate) struct Project {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) domain_id: String,
    /// The domain: projects are not nested here.
    pub(crate) parent_id: String,
    pub(crate) description: String,
    pub(crate) enabled: bool,
    pub(crate) is_domain: bool,
    pub(crate) links: SelfLink,
}

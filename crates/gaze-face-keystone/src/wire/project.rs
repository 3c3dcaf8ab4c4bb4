//! Projects.

use serde::Serialize;

use super::{ListLinks, SelfLink};

/// The answer of the lists.
#[derive(Debug, Serialize)]
pub(crate) struct Projects {
    pub(crate) links: ListLinks,
    pub(crate) projects: Vec<Project>,
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

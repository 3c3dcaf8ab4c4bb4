//! Projects as Identity shows them, and which of them a query names.

use gaze_app::{BareProject, ProjectPatch};
use gaze_domain::{Caller, DomainId, Project};

use super::fixed;
use crate::errors::Failure;
use crate::wire::{SelfLink, domain, project};

pub(crate) fn project(of: &Project, origin: &str) -> project::Project {
    let id = of.id.hex();
    project::Project {
        links: SelfLink {
            this: format!("{origin}/v3/projects/{id}"),
        },
        id,
        name: of.name.clone(),
        domain_id: of.domain.hex(),
        parent_id: of.domain.hex(),
        description: of.description.clone().unwrap_or_default(),
        enabled: of.enabled,
        is_domain: false,
    }
}

pub(crate) fn bare(new: project::New, caller: &Caller) -> Result<BareProject, Failure> {
    fixed::no_tags(new.tags.as_deref())?;
    fixed::no_options(new.options.as_ref())?;
    fixed::flat(new.is_domain, new.parent_id.as_deref(), caller.domain)?;
    Ok(BareProject {
        name: new.name,
        domain: new.domain_id.as_deref().map(fixed::domain).transpose()?,
        description: new.description,
        enabled: new.enabled.unwrap_or(true),
    })
}

pub(crate) fn patch(patch: project::Patch, caller: &Caller) -> Result<ProjectPatch, Failure> {
    fixed::no_tags(patch.tags.as_deref())?;
    fixed::no_options(patch.options.as_ref())?;
    fixed::flat(patch.is_domain, patch.parent_id.as_deref(), caller.domain)?;
    fixed::same_domain(patch.domain_id.as_deref(), caller.domain)?;
    Ok(ProjectPatch {
        name: patch.name,
        description: patch.description,
        enabled: patch.enabled,
        ..ProjectPatch::default()
    })
}

pub(crate) fn domain(caller: &Caller, origin: &str) -> domain::Domain {
    let id = caller.domain.hex();
    domain::Domain {
        links: SelfLink {
            this: format!("{origin}/v3/domains/{id}"),
        },
        id,
        name: caller.domain_name.clone(),
        description: String::new(),
        // Nobody gets this far in a disabled one.
        enabled: true,
    }
}

/// The filters of `GET /v3/projects`. As in Keystone, others are ignored.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) name: Option<String>,
    domain: Option<String>,
    enabled: Option<bool>,
    is_domain: bool,
}

impl Filter {
    pub(crate) fn parse(pairs: &[(String, String)]) -> Self {
        let mut filter = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "name" => filter.name = Some(value.clone()),
                "domain_id" | "parent_id" => filter.domain = Some(value.clone()),
                "enabled" => filter.enabled = Some(is_true(value)),
                "is_domain" => filter.is_domain = is_true(value),
                _ => {}
            }
        }
        filter
    }

    /// Whether everything but the name fits.
    pub(crate) fn fits(&self, project: &Project) -> bool {
        !self.is_domain
            && self
                .domain
                .as_ref()
                .is_none_or(|domain| DomainId::parse(domain) == Some(project.domain))
            && self
                .enabled
                .is_none_or(|enabled| enabled == project.enabled)
    }

    pub(crate) fn fits_with_name(&self, project: &Project) -> bool {
        self.fits(project) && self.name.as_ref().is_none_or(|name| *name == project.name)
    }
}

/// Keystone takes everything for true but these.
fn is_true(value: &str) -> bool {
    !matches!(
        value.to_ascii_lowercase().as_str(),
        "0" | "false" | "no" | "off"
    )
}

#[cfg(test)]
mod tests {
    use gaze_domain::{ProjectId, Timestamp};

    use super::*;

    fn example() -> Project {
        Project {
            id: ProjectId::parse(&"2".repeat(32)).unwrap(),
            domain: DomainId::parse(&"3".repeat(32)).unwrap(),
            name: "demo".into(),
            description: None,
            enabled: true,
            max_image_count: None,
            max_image_bytes: None,
            image_count: 0,
            image_bytes: 0,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn fits(pairs: &[(&str, &str)]) -> bool {
        let pairs: Vec<(String, String)> = pairs
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect();
        Filter::parse(&pairs).fits_with_name(&example())
    }

    #[test]
    fn filters_are_exact_and_strangers_are_ignored() {
        let domain = "3".repeat(32);
        for (pairs, expected) in [
            (vec![], true),
            (vec![("name", "demo")], true),
            (vec![("name", "Demo")], false),
            (vec![("domain_id", domain.as_str())], true),
            (vec![("domain_id", "default")], false),
            (vec![("enabled", "False")], false),
            (vec![("enabled", "true")], true),
            (vec![("is_domain", "true")], false),
            (vec![("sort_key", "name")], true),
        ] {
            assert_eq!(fits(&pairs), expected, "{pairs:?}");
        }
    }

    #[test]
    fn a_project_is_shown_with_its_domain_as_parent() {
        let shown = project(&example(), "http://h");
        assert_eq!(shown.parent_id, "3".repeat(32));
        assert_eq!(
            shown.links.this,
            format!("http://h/v3/projects/{}", "2".repeat(32))
        );
    }
}

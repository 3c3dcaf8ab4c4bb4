//! What Identity's documents can say and this service keeps none of: it has to be absent, or say
//! what is so anyway.

use gaze_app::DomainName;
use gaze_domain::{DomainId, Error, Noun};
use serde_json::{Map, Value};

use super::login::DEFAULT_DOMAIN;
use crate::errors::Refusal;

/// The domain of something new.
pub(crate) fn domain(id: &str) -> Result<DomainName, Error> {
    if id == DEFAULT_DOMAIN {
        return Ok(DomainName::Name("Default".into()));
    }
    DomainId::parse(id)
        .map(DomainName::Id)
        .ok_or_else(|| Error::not_found(Noun::Domain, id))
}

/// Nothing changes its domain.
pub(crate) fn same_domain(said: Option<&str>, is: DomainId) -> Result<(), Refusal> {
    match said {
        None => Ok(()),
        Some(id) if id == DEFAULT_DOMAIN || DomainId::parse(id) == Some(is) => Ok(()),
        Some(_) => Err(Refusal::bad_body("domain_id cannot be changed")),
    }
}

pub(crate) fn no_options(options: Option<&Map<String, Value>>) -> Result<(), Refusal> {
    match options {
        Some(options) if !options.is_empty() => Err(Refusal::bad_body("options are not kept here")),
        Some(_) | None => Ok(()),
    }
}

pub(crate) fn no_tags(tags: Option<&[String]>) -> Result<(), Refusal> {
    match tags {
        Some(tags) if !tags.is_empty() => Err(Refusal::bad_body("tags are not kept here")),
        Some(_) | None => Ok(()),
    }
}

/// Projects are not nested: the parent of each is its domain.
pub(crate) fn flat(
    is_domain: Option<bool>,
    parent: Option<&str>,
    domain: DomainId,
) -> Result<(), Refusal> {
    if is_domain == Some(true) {
        return Err(Refusal::bad_body("domains are not made here"));
    }
    match parent {
        Some(id) if id != DEFAULT_DOMAIN && DomainId::parse(id) != Some(domain) => Err(
            Refusal::bad_body("parent_id must be the domain: projects are not nested here"),
        ),
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_so_anyway_is_accepted() {
        let own = DomainId::parse(&"3".repeat(32)).unwrap();
        let other = "4".repeat(32);
        for (said, accepted) in [
            (None, true),
            (Some("default"), true),
            (Some(own.hex().as_str()), true),
            (Some(other.as_str()), false),
            (Some("x"), false),
        ] {
            assert_eq!(same_domain(said, own).is_ok(), accepted, "{said:?}");
            assert_eq!(flat(Some(false), said, own).is_ok(), accepted, "{said:?}");
        }
        assert!(flat(Some(true), None, own).is_err());
        assert!(no_tags(Some(&[])).is_ok() && no_tags(Some(&["a".into()])).is_err());
        assert!(no_options(None).is_ok() && no_options(Some(&Map::new())).is_ok());
        let options = Map::from_iter([("lock_password".to_owned(), Value::Bool(true))]);
        assert!(no_options(Some(&options)).is_err());
        assert!(matches!(domain("default"), Ok(DomainName::Name(_))));
        assert!(domain("nowhere").is_err());
    }
}

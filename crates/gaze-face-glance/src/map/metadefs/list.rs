//! Queries of lists of metadata definitions.
//!
//! Source: Image API v2, "List namespaces".

use gaze_domain::metadef::{NamespaceKey, NamespaceList, TagKey, TagList};
use percent_encoding::utf8_percent_encode;

use super::read::visibility;
use crate::errors::Refusal;
use crate::map::page::{DEFAULT_PAGE, MAX_PAGE, RESERVED, direction, limit};
use crate::path::is_name;

/// Most types of things that a list may name: a statement has so many parameters, and Glance comes
/// with six types.
const MAX_TYPES: usize = 64;

const NAMESPACES: &str = "/v2/metadefs/namespaces";

/// A list of namespaces, and the addresses of its pages.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) list: NamespaceList,
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Parameters that this list does not know are no conditions, as in Glance.
    pub(crate) fn parse(pairs: Vec<(String, String)>) -> Result<Self, Refusal> {
        let mut list = NamespaceList::new(DEFAULT_PAGE);
        for (name, value) in &pairs {
            if !is_name(value) {
                return Err(Refusal::bad_request(&format!(
                    "{name} holds the character NUL."
                )));
            }
            match name.as_str() {
                "limit" => list.limit = limit(value)?,
                "marker" => list.after = Some(marker(value)),
                "sort_key" => list.key = namespace_key(value)?,
                "sort_dir" => list.direction = direction(value)?,
                "visibility" => {
                    let known = visibility(value).ok_or_else(|| {
                        Refusal::bad_request(&format!("Invalid visibility value: {value}"))
                    });
                    list.visibility = Some(known?);
                }
                "resource_types" => list.resource_types = types(value)?,
                _ => {}
            }
        }
        Ok(Self { list, pairs })
    }

    /// Address of the first page.
    pub(crate) fn first(&self) -> String {
        self.address(None)
    }

    /// Address of the page behind that namespace.
    pub(crate) fn behind(&self, last: &str) -> String {
        self.address(Some(last))
    }

    fn address(&self, marker: Option<&str>) -> String {
        let mut address = String::from(NAMESPACES);
        let kept = self.pairs.iter().filter(|(name, _)| name != "marker");
        let kept = kept.map(|(name, value)| (name.as_str(), value.as_str()));
        let marker = marker.map(|name| ("marker", name));
        for (at, (name, value)) in kept.chain(marker).enumerate() {
            address.push(if at == 0 { '?' } else { '&' });
            address.extend(utf8_percent_encode(name, RESERVED));
            address.push('=');
            address.extend(utf8_percent_encode(value, RESERVED));
        }
        address
    }
}

/// The name of a namespace. openstacksdk reads it from `next` as a list of one value and sends that
/// list as Python writes it: `['OS::Compute::Quota']`.
fn marker(value: &str) -> String {
    let inner = value
        .strip_prefix("['")
        .and_then(|it| it.strip_suffix("']"));
    inner.unwrap_or(value).to_owned()
}

fn types(value: &str) -> Result<Vec<String>, Refusal> {
    let types: Vec<String> = value.split(',').map(str::to_owned).collect();
    if types.len() > MAX_TYPES {
        return Err(Refusal::bad_request(&format!(
            "resource_types names more than {MAX_TYPES} types."
        )));
    }
    Ok(types)
}

fn namespace_key(key: &str) -> Result<NamespaceKey, Refusal> {
    Ok(match key {
        "created_at" => NamespaceKey::CreatedAt,
        "updated_at" => NamespaceKey::UpdatedAt,
        "namespace" => NamespaceKey::Name,
        "display_name" => NamespaceKey::Title,
        "visibility" => NamespaceKey::Visibility,
        "protected" => NamespaceKey::Protected,
        "owner" => NamespaceKey::Owner,
        _ => {
            return Err(Refusal::bad_request(&format!(
                "Invalid sort key: {key}. It must be one of the following: created_at, \
                 updated_at, namespace, display_name, visibility, protected, owner."
            )));
        }
    })
}

/// The query of a list of tags.
pub(crate) fn tags(pairs: &[(String, String)]) -> Result<TagList, Refusal> {
    let mut list = TagList::all();
    for (name, value) in pairs {
        match name.as_str() {
            "limit" => list.limit = Some(page(value)?),
            "marker" if !value.is_empty() => list.after = Some(value.clone()),
            "sort_key" => list.key = tag_key(value)?,
            "sort_dir" => list.direction = direction(value)?,
            _ => {}
        }
    }
    Ok(list)
}

/// A limit as the length of a list that is in memory.
fn page(value: &str) -> Result<usize, Refusal> {
    Ok(usize::try_from(limit(value)?).unwrap_or(MAX_PAGE as usize))
}

fn tag_key(key: &str) -> Result<TagKey, Refusal> {
    match key {
        "created_at" => Ok(TagKey::CreatedAt),
        "updated_at" => Ok(TagKey::UpdatedAt),
        "name" => Ok(TagKey::Name),
        _ => Err(Refusal::bad_request(&format!(
            "Invalid sort key: {key}. It must be one of the following: created_at, updated_at, \
             name."
        ))),
    }
}

/// Objects always come whole and in one order; what a client may not ask is refused nevertheless,
/// as in Glance.
pub(crate) fn objects(pairs: &[(String, String)]) -> Result<(), Refusal> {
    for (name, value) in pairs {
        match name.as_str() {
            "limit" if limit(value)? == 0 => {
                return Err(Refusal::bad_request("limit param must be positive"));
            }
            "sort_dir" => {
                direction(value)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// The type of things that the names of properties are wanted for; one that no database can name is
/// none.
pub(crate) fn resource_type(pairs: &[(String, String)]) -> Option<&str> {
    let mut pairs = pairs.iter();
    let found =
        pairs.find(|(name, value)| name == "resource_type" && !value.is_empty() && is_name(value));
    found.map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use gaze_domain::list::Direction;
    use gaze_domain::metadef::NamespaceVisibility;

    use super::*;

    fn pairs(query: &[(&str, &str)]) -> Vec<(String, String)> {
        let pairs = query.iter();
        pairs.map(|(k, v)| ((*k).into(), (*v).into())).collect()
    }

    fn parse(query: &[(&str, &str)]) -> Result<NamespaceList, String> {
        let parsed = Query::parse(pairs(query));
        parsed.map(|query| query.list).map_err(|it| it.told())
    }

    #[test]
    fn a_query_becomes_a_list() {
        let list = parse(&[
            ("limit", "3"),
            ("marker", "OS::A"),
            ("sort_key", "namespace"),
            ("sort_dir", "asc"),
            ("visibility", "public"),
            ("resource_types", "OS::Glance::Image,OS::Nova::Flavor"),
            ("colour", "red"),
        ]);
        let expected = NamespaceList {
            visibility: Some(NamespaceVisibility::Public),
            resource_types: vec!["OS::Glance::Image".into(), "OS::Nova::Flavor".into()],
            key: NamespaceKey::Name,
            direction: Direction::Ascending,
            after: Some("OS::A".into()),
            limit: 3,
        };
        assert_eq!(list.unwrap(), expected);
        let list = parse(&[]).unwrap();
        assert_eq!(
            (list.limit, list.direction),
            (DEFAULT_PAGE, Direction::Descending)
        );
        let list = parse(&[("limit", "9999"), ("marker", "['OS::A B']")]).unwrap();
        assert_eq!(
            (list.limit, list.after.as_deref()),
            (MAX_PAGE, Some("OS::A B"))
        );
    }

    #[test]
    fn what_cannot_be_asked_is_refused() {
        for (name, value, expected) in [
            ("limit", "-1", "400 limit param must be positive"),
            ("limit", "x", "400 limit param must be an integer"),
            (
                "visibility",
                "shared",
                "400 Invalid visibility value: shared",
            ),
        ] {
            assert_eq!(parse(&[(name, value)]).unwrap_err(), expected);
        }
        for (name, value) in [("sort_key", "id"), ("sort_dir", "up")] {
            let told = parse(&[(name, value)]).unwrap_err();
            assert!(told.starts_with("400 Invalid sort "), "{told}");
        }
        let many = vec!["a"; MAX_TYPES + 1].join(",");
        assert!(parse(&[("resource_types", &many)]).is_err());
        assert!(tags(&pairs(&[("sort_key", "id")])).is_err());
        assert!(objects(&pairs(&[("limit", "0")])).is_err());
        assert!(objects(&pairs(&[("limit", "1"), ("sort_dir", "asc")])).is_ok());
    }

    #[test]
    fn addresses_of_pages_keep_the_query() {
        let asked = pairs(&[("limit", "2"), ("marker", "a"), ("sort_dir", "asc")]);
        let query = Query::parse(asked).unwrap();
        assert_eq!(
            query.first(),
            "/v2/metadefs/namespaces?limit=2&sort_dir=asc"
        );
        let next = "/v2/metadefs/namespaces?limit=2&sort_dir=asc&marker=OS%3A%3AB%20b";
        assert_eq!(query.behind("OS::B b"), next);
        let plain = Query::parse(Vec::new()).unwrap();
        assert_eq!(plain.first(), NAMESPACES);
    }
}

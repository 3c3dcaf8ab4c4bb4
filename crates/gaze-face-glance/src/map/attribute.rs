//! The attributes of an image that are no extra properties: which may be set, and to what.

use gaze_domain::{DiskFormat, ProjectId, Visibility};
use serde_json::Value;

use super::image::visibility;
use super::words::{self, CONTAINERS};
use crate::errors::Refusal;

/// Written by the service alone.
pub(crate) const READ_ONLY: &[&str] = &[
    "checksum",
    "created_at",
    "direct_url",
    "file",
    "os_hash_algo",
    "os_hash_value",
    "schema",
    "self",
    "size",
    "status",
    "stores",
    "updated_at",
    "virtual_size",
];

/// Kept back for the service (Glance, `_reserved_properties`).
const RESERVED: &[&str] = &["deleted", "deleted_at", "location"];

/// What begins so is told by the service and set by nobody (Glance, `GLANCE_RESERVED_NS`).
const RESERVED_PREFIX: &str = "os_glance";

/// Whether clients may neither give an image such a property nor change or remove it.
pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name) || name.starts_with(RESERVED_PREFIX)
}

/// Everything that is no extra property, read-only ones apart.
pub(crate) const BASE: &[&str] = &[
    "container_format",
    "disk_format",
    "id",
    "locations",
    "min_disk",
    "min_ram",
    "name",
    "os_hidden",
    "owner",
    "protected",
    "tags",
    "visibility",
];

/// Largest `min_disk` and `min_ram`: what Glance's columns hold.
const MAX_MINIMUM: u64 = i32::MAX as u64;
/// Longest name, tag and name of a property, in characters.
const MAX_TEXT: usize = 255;

fn wrong(value: &Value, what: &str) -> Refusal {
    Refusal::schema("image", &format!("{value} is not {what}"))
}

pub(crate) fn text(value: &Value) -> Result<&str, Refusal> {
    value
        .as_str()
        .ok_or_else(|| wrong(value, "of type 'string'"))
}

/// `name`; an absent one is the empty one.
pub(crate) fn name(value: &Value) -> Result<String, Refusal> {
    if value.is_null() {
        return Ok(String::new());
    }
    let name = text(value)?;
    if name.chars().count() > MAX_TEXT {
        return Err(Refusal::schema("image", "the name is too long"));
    }
    Ok(name.to_owned())
}

pub(crate) fn flag(value: &Value) -> Result<bool, Refusal> {
    value
        .as_bool()
        .ok_or_else(|| wrong(value, "of type 'boolean'"))
}

pub(crate) fn minimum(value: &Value) -> Result<u64, Refusal> {
    let number = value.as_u64().filter(|number| *number <= MAX_MINIMUM);
    number.ok_or_else(|| wrong(value, &format!("an integer from 0 to {MAX_MINIMUM}")))
}

pub(crate) fn format(value: &Value) -> Result<Option<DiskFormat>, Refusal> {
    if value.is_null() {
        return Ok(None);
    }
    let known: Vec<&str> = DiskFormat::ALL.iter().map(|it| it.as_str()).collect();
    match words::format(text(value)?) {
        Some(format) => Ok(Some(format)),
        None => Err(wrong(value, &format!("one of {}", known.join(", ")))),
    }
}

/// The free property that stands for the container; empty for none.
pub(crate) fn container(value: &Value) -> Result<String, Refusal> {
    if value.is_null() {
        return Ok(String::new());
    }
    let word = text(value)?;
    if CONTAINERS.contains(&word) {
        return Ok(word.to_owned());
    }
    Err(wrong(value, &format!("one of {}", CONTAINERS.join(", "))))
}

pub(crate) fn visible(value: &Value) -> Result<Visibility, Refusal> {
    let word = text(value)?;
    let mut all = Visibility::ALL.iter();
    let known = all.find(|it| visibility(**it) == word).copied();
    known.ok_or_else(|| wrong(value, "one of community, private, public, shared"))
}

/// An owner that an administrator chose: any text in Glance, a project's id here.
pub(crate) fn owner(value: &Value) -> Result<ProjectId, Refusal> {
    let text = text(value)?;
    ProjectId::parse(text)
        .ok_or_else(|| Refusal::bad_request(&format!("{text:?} is not the id of a project.")))
}

pub(crate) fn tags(value: &Value) -> Result<std::collections::BTreeSet<String>, Refusal> {
    let items = value
        .as_array()
        .ok_or_else(|| wrong(value, "of type 'array'"))?;
    items
        .iter()
        .map(|tag| Ok(self::tag(text(tag)?)?.to_owned()))
        .collect()
}

pub(crate) fn tag(tag: &str) -> Result<&str, Refusal> {
    if tag.chars().count() > MAX_TEXT {
        return Err(Refusal::schema("image", "a tag is too long"));
    }
    Ok(tag)
}

/// The value of an extra property. The name is checked by the domain.
pub(crate) fn extra(name: &str, value: &Value) -> Result<String, Refusal> {
    if is_reserved(name) {
        return Err(Refusal::reserved(name));
    }
    if name.chars().count() > MAX_TEXT {
        return Err(Refusal::bad_request("The name of a property is too long."));
    }
    Ok(text(value)?.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_other_types_are_refused() {
        assert!(name(&json!(7)).is_err());
        assert!(name(&json!("x".repeat(256))).is_err());
        assert_eq!(name(&Value::Null).unwrap(), "");
        assert!(flag(&json!("true")).is_err());
        for value in [json!(-1), json!("1"), json!(1.5), json!(4_294_967_296_u64)] {
            assert!(minimum(&value).is_err(), "{value}");
        }
        assert_eq!(minimum(&json!(64)).unwrap(), 64);
        assert!(format(&json!("qcow3")).is_err());
        assert_eq!(format(&json!("qcow2")).unwrap(), Some(DiskFormat::Qcow2));
        assert!(container(&json!("tin")).is_err());
        assert_eq!(container(&Value::Null).unwrap(), "");
        assert!(visible(&json!("nobody")).is_err());
        assert!(tags(&json!("a")).is_err());
        assert!(tags(&json!([1])).is_err());
        assert_eq!(tags(&json!(["b", "a", "b"])).unwrap().len(), 2);
    }

    #[test]
    fn no_attribute_is_in_two_lists() {
        for name in READ_ONLY {
            assert!(!BASE.contains(name) && !RESERVED.contains(name), "{name}");
        }
        assert!(RESERVED.iter().all(|name| !BASE.contains(name)));
    }
}

//! Changes as JSON patches of two generations, and what they do to an image.
//!
//! Sources: Image API v2, "HTTP PATCH media types": version 2.1 (`op`, `path`, `value`) and
//! version 2.0 (the operation's name is the key of the path).

use gaze_domain::image::{MAX_PROPERTIES, MAX_TAGS};
use gaze_domain::{Image, ProjectId, Status};
use serde_json::{Map, Value};

use super::attribute::{self, BASE, READ_ONLY};
use super::create::limited;
use super::extras::{self, Facts};
use super::words::{BARE, CONTAINER};
use crate::Vendor;
use crate::errors::Refusal;

/// Which of the two generations a document is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Generation {
    /// `application/openstack-images-v2.0-json-patch`
    V20,
    /// `application/openstack-images-v2.1-json-patch`
    V21,
}

/// What `Accept-Patch` says of a body of any other type.
pub(crate) const TYPES: &str = "application/openstack-images-v2.0-json-patch, \
                                application/openstack-images-v2.1-json-patch";

impl Generation {
    /// The generation of a body of that type; parameters do not matter.
    pub(crate) fn of(content_type: &str) -> Option<Self> {
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        match kind {
            "application/openstack-images-v2.0-json-patch" => Some(Self::V20),
            "application/openstack-images-v2.1-json-patch" => Some(Self::V21),
            _ => None,
        }
    }
}

/// Most operations in one document.
const MAX_CHANGES: usize = 1000;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    /// `new`: the attribute must not be there yet.
    Add {
        name: String,
        value: Value,
        new: bool,
    },
    Replace {
        name: String,
        value: Value,
    },
    Remove {
        name: String,
    },
}

/// The operations of a document, in order.
pub(crate) fn changes(document: Value, generation: Generation) -> Result<Vec<Change>, Refusal> {
    let Value::Array(operations) = document else {
        return Err(Refusal::bad_request(
            "Request body must be a JSON array of operation objects.",
        ));
    };
    limited("changes", operations.len(), MAX_CHANGES)?;
    let read = |operation| match operation {
        Value::Object(operation) => change(operation, generation),
        _ => Err(Refusal::bad_request("Operations must be JSON objects.")),
    };
    operations.into_iter().map(read).collect()
}

fn change(mut operation: Map<String, Value>, generation: Generation) -> Result<Change, Refusal> {
    let (op, path) = match generation {
        Generation::V21 => (member(&operation, "op")?, member(&operation, "path")?),
        Generation::V20 => {
            let mut found = operation
                .iter()
                .filter(|(key, _)| ["add", "remove", "replace"].contains(&key.as_str()));
            match (found.next(), found.next()) {
                (Some((op, Value::String(path))), None) => (op.clone(), path.clone()),
                _ => {
                    return Err(Refusal::bad_request(
                        "Operation objects must contain exactly one member named \"add\", \
                         \"remove\", or \"replace\".",
                    ));
                }
            }
        }
    };
    let name = attribute_of(&path)?;
    if READ_ONLY.contains(&name.as_str()) || name == "id" {
        return Err(Refusal::read_only(&name));
    }
    if attribute::is_reserved(&name) {
        return Err(Refusal::reserved(&name));
    }
    if name == "locations" {
        // Glance's words while it shows none, as by default.
        let what = if op == "replace" { "update" } else { &op };
        return Err(Refusal::forbidden(format!(
            "It's not allowed to {what} locations if locations are invisible."
        )));
    }
    if op == "remove" {
        return Ok(Change::Remove { name });
    }
    let value = operation.remove("value").ok_or_else(|| {
        Refusal::bad_request(&format!(
            "Operation \"{op}\" requires a member named \"value\"."
        ))
    })?;
    match op.as_str() {
        "add" => Ok(Change::Add {
            name,
            value,
            new: generation == Generation::V20,
        }),
        "replace" => Ok(Change::Replace { name, value }),
        _ => Err(Refusal::bad_request(&format!(
            "Invalid operation: `{op}`. It must be one of the following: add, remove, replace."
        ))),
    }
}

fn member(operation: &Map<String, Value>, name: &str) -> Result<String, Refusal> {
    match operation.get(name) {
        Some(Value::String(text)) => Ok(text.clone()),
        _ => Err(Refusal::bad_request(&format!(
            "Unable to find '{name}' in JSON Schema change"
        ))),
    }
}

/// The attribute that a JSON pointer names (RFC 6901); images have no deeper places.
fn attribute_of(pointer: &str) -> Result<String, Refusal> {
    let bad = |reason: &str| Refusal::bad_request(&format!("Pointer `{pointer}` {reason}."));
    let path = pointer
        .strip_prefix('/')
        .ok_or_else(|| bad("does not start with \"/\""))?;
    if path.contains("//") || path.starts_with('/') {
        return Err(bad("contains adjacent \"/\""));
    }
    if path.is_empty() || path.ends_with('/') {
        return Err(bad("ends with \"/\""));
    }
    // One location of several, which may be changed no more than all of them.
    if path.starts_with("locations/") {
        return Ok("locations".to_owned());
    }
    if path.contains('/') {
        return Err(Refusal::bad_request(&format!(
            "Invalid JSON pointer for this resource: '{pointer}'"
        )));
    }
    let plain = path.replace("~0", "").replace("~1", "");
    if plain.contains('~') {
        return Err(bad(
            "contains \"~\" not part of a recognized escape sequence",
        ));
    }
    Ok(path.replace("~1", "/").replace("~0", "~"))
}

/// The owner that the changes leave, if they name one that can be.
pub(crate) fn heir(changes: &[Change]) -> Option<ProjectId> {
    let mut named = changes.iter().rev().filter_map(|change| match change {
        Change::Add { name, value, .. } | Change::Replace { name, value } if name == "owner" => {
            Some(value)
        }
        Change::Add { .. } | Change::Replace { .. } | Change::Remove { .. } => None,
    });
    attribute::owner(named.next()?).ok()
}

/// Applies all changes in order, or refuses. A vendor's attributes are there to be changed too, and
/// an administrator changes the owner.
pub(crate) fn apply(
    image: &mut Image,
    changes: Vec<Change>,
    vendor: Option<&Vendor>,
    admin: bool,
) -> Result<(), Refusal> {
    match vendor {
        Some(vendor) => vendor.around(image, |image| in_order(image, changes, admin))?,
        None => in_order(image, changes, admin)?,
    }
    limited("tags", image.tags.len(), MAX_TAGS)?;
    limited("properties", extras::count(image), MAX_PROPERTIES - 1)
}

fn in_order(image: &mut Image, changes: Vec<Change>, admin: bool) -> Result<(), Refusal> {
    for change in changes {
        match change {
            Change::Add { name, value, new } => {
                let there = BASE.contains(&name.as_str()) || Facts::from(&mut *image).has(&name);
                if new && there {
                    return Err(Refusal::conflict(format!(
                        "Property {name} already present."
                    )));
                }
                set(image, &name, &value, admin)?;
            }
            Change::Replace { name, value } => {
                if !BASE.contains(&name.as_str()) && !Facts::from(&mut *image).has(&name) {
                    return Err(missing(&name));
                }
                set(image, &name, &value, admin)?;
            }
            Change::Remove { name } => {
                if BASE.contains(&name.as_str()) {
                    return Err(Refusal::forbidden(format!(
                        "Property {name} may not be removed."
                    )));
                }
                if !Facts::from(&mut *image).remove(&name) {
                    return Err(missing(&name));
                }
            }
        }
    }
    Ok(())
}

fn missing(name: &str) -> Refusal {
    Refusal::conflict(format!("Property {name} does not exist."))
}

fn set(image: &mut Image, name: &str, value: &Value, admin: bool) -> Result<(), Refusal> {
    match name {
        "name" => image.name = attribute::name(value)?,
        "visibility" => image.visibility = attribute::visible(value)?,
        "protected" => image.protected = attribute::flag(value)?,
        "os_hidden" => image.hidden = attribute::flag(value)?,
        "min_disk" => image.min_disk_gib = attribute::minimum(value)?,
        "min_ram" => image.min_ram_mib = attribute::minimum(value)?,
        "tags" => image.tags = attribute::tags(value)?,
        "disk_format" => {
            let format = attribute::format(value)?;
            queued(image, name, format == image.format)?;
            // What was left open about the container stays so, whatever the format is.
            if image.format.is_none() != format.is_none()
                && !image.properties.contains_key(CONTAINER)
            {
                let before = super::words::container(image)
                    .unwrap_or_default()
                    .to_owned();
                image.properties.insert(CONTAINER.to_owned(), before);
            }
            image.format = format;
        }
        "container_format" => {
            let word = attribute::container(value)?;
            let now = super::words::container(image).unwrap_or_default();
            queued(image, name, word == now)?;
            if word == BARE && image.format.is_some() {
                image.properties.remove(CONTAINER);
            } else {
                image.properties.insert(CONTAINER.to_owned(), word);
            }
        }
        "owner" if admin => image.owner = attribute::owner(value)?,
        "owner" => {
            let text = attribute::text(value)?;
            if ProjectId::parse(text) != Some(image.owner) {
                return Err(Refusal::forbidden(
                    "You are not permitted to modify 'owner' attribute on this image.",
                ));
            }
        }
        _ => {
            let value = attribute::extra(name, value)?;
            Facts::from(image).set(name, value);
        }
    }
    Ok(())
}

/// Formats are open until bytes come.
fn queued(image: &Image, name: &str, same: bool) -> Result<(), Refusal> {
    if same || image.status == Status::Queued {
        return Ok(());
    }
    Err(Refusal::forbidden(format!(
        "Attribute {name} can be only replaced for a queued image."
    )))
}

#[cfg(test)]
pub(crate) mod tests;

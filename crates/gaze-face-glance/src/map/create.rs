//! A new image.

use gaze_app::NewImage;
use gaze_domain::image::{MAX_PROPERTIES, MAX_TAGS};
use gaze_domain::{Caller, DiskFormat, ImageId, Media, ProjectId, Visibility};
use serde_json::{Map, Value};

use super::attribute::{self, READ_ONLY};
use super::extras::Facts;
use super::words::{BARE, CONTAINER};
use crate::Vendor;
use crate::errors::Refusal;

/// The image that the document describes. Without a visibility it is shared with nobody yet, as in
/// Glance; a vendor's own clients reckon with a private one.
pub(crate) fn image(
    caller: &Caller,
    document: Value,
    vendor: Option<&Vendor>,
) -> Result<NewImage, Refusal> {
    let Value::Object(document) = document else {
        return Err(Refusal::schema("image", "it is not of type 'object'"));
    };
    if let Some(name) = READ_ONLY.iter().find(|name| document.contains_key(**name)) {
        return Err(Refusal::read_only(name));
    }
    let mut new = NewImage::named("");
    if vendor.is_none() {
        new.visibility = Visibility::Shared;
    }
    let mut container = String::new();
    let mut extras = Map::new();
    for (name, value) in document {
        match name.as_str() {
            "id" => new.id = Some(id(&value)?),
            "name" => new.name = attribute::name(&value)?,
            "visibility" => new.visibility = attribute::visible(&value)?,
            "protected" => new.protected = attribute::flag(&value)?,
            "os_hidden" => new.hidden = attribute::flag(&value)?,
            "min_disk" => new.min_disk_gib = attribute::minimum(&value)?,
            "min_ram" => new.min_ram_mib = attribute::minimum(&value)?,
            "disk_format" => new.format = attribute::format(&value)?,
            "container_format" => container = attribute::container(&value)?,
            "tags" => new.tags = attribute::tags(&value)?,
            "owner" => new.owner = owner(caller, &value)?,
            "locations" => {
                return Err(Refusal::forbidden(
                    "It's not allowed to set locations of an image.",
                ));
            }
            _ => {
                extras.insert(name, value);
            }
        }
    }
    limited("tags", new.tags.len(), MAX_TAGS)?;
    limited("properties", extras.len(), MAX_PROPERTIES - 1)?;
    for (name, value) in &extras {
        let value = attribute::extra(name, value)?;
        Facts::from(&mut new).set(name, value);
    }
    if let Some(vendor) = vendor {
        vendor.told(&mut new);
    }
    if new.format == Some(DiskFormat::Iso) {
        new.media = Media::Iso;
    }
    if new.format.is_none() || container != BARE {
        new.properties.insert(CONTAINER.to_owned(), container);
    }
    Ok(new)
}

/// Refuses more of something than an image may have.
pub(crate) fn limited(what: &str, attempted: usize, maximum: usize) -> Result<(), Refusal> {
    if attempted > maximum {
        return Err(Refusal::too_large(&format!(
            "The limit has been exceeded on the number of allowed image {what}. \
             Attempted: {attempted}, Maximum: {maximum}"
        )));
    }
    Ok(())
}

fn id(value: &Value) -> Result<ImageId, Refusal> {
    let text = attribute::text(value)?;
    ImageId::parse(text)
        .filter(|_| text.len() == 36)
        .ok_or_else(|| Refusal::schema("image", &format!("{value} is not a UUID")))
}

/// An image belongs to whoever makes it, unless that is an administrator who says otherwise.
fn owner(caller: &Caller, value: &Value) -> Result<Option<ProjectId>, Refusal> {
    if value.is_null() {
        return Ok(None);
    }
    if caller.is_admin() {
        return attribute::owner(value).map(Some);
    }
    let text = attribute::text(value)?;
    if ProjectId::parse(text) == Some(caller.project) {
        return Ok(None);
    }
    Err(Refusal::forbidden(format!(
        "You are not permitted to create images owned by '{text}'."
    )))
}

#[cfg(test)]
mod tests {
    use gaze_domain::{DomainId, Role, UserId};
    use serde_json::json;

    use super::*;

    fn made(document: Value) -> Result<NewImage, String> {
        made_by(Role::Member, document)
    }

    fn made_by(role: Role, document: Value) -> Result<NewImage, String> {
        let caller = Caller {
            user: UserId::parse(&"1".repeat(32)).unwrap(),
            user_name: "u".into(),
            project: ProjectId::parse(&"2".repeat(32)).unwrap(),
            project_name: "p".into(),
            domain: DomainId::parse(&"3".repeat(32)).unwrap(),
            domain_name: "d".into(),
            role,
            token: None,
        };
        image(&caller, document, None).map_err(|refusal| refusal.told())
    }

    #[test]
    fn an_empty_document_is_an_image() {
        let new = made(json!({})).unwrap();
        assert_eq!(new.name, "");
        assert_eq!(new.visibility, Visibility::Shared);
        assert_eq!(new.properties[CONTAINER], "");
    }

    #[test]
    fn a_bare_disk_needs_no_word_for_what_it_is_in() {
        let new = made(json!({"disk_format": "iso", "container_format": "bare"})).unwrap();
        assert!(new.properties.is_empty());
        assert_eq!(new.media, Media::Iso);
        let new = made(json!({"disk_format": "raw", "container_format": "ova"})).unwrap();
        assert_eq!(new.properties[CONTAINER], "ova");
        let new = made(json!({"disk_format": "raw"})).unwrap();
        assert_eq!(new.properties[CONTAINER], "");
    }

    #[test]
    fn what_a_client_may_not_say_is_refused() {
        for (document, expected) in [
            (json!({"size": 1}), "403 Attribute 'size' is read-only."),
            (
                json!({"stores": "a"}),
                "403 Attribute 'stores' is read-only.",
            ),
            (
                json!({"deleted": "a"}),
                "403 Attribute 'deleted' is reserved.",
            ),
            (
                json!({"os_glance_failed_import": "a"}),
                "403 Attribute 'os_glance_failed_import' is reserved.",
            ),
            (
                json!({"owner": "9".repeat(32)}),
                "403 You are not permitted to create images owned by \
                 '99999999999999999999999999999999'.",
            ),
            (
                json!({"id": "e4891e6ef3a64ea08ce91ab379a5c856"}),
                "400 Provided object does not match schema 'image': \
                 \"e4891e6ef3a64ea08ce91ab379a5c856\" is not a UUID",
            ),
            (
                json!({"team": 1}),
                "400 Provided object does not match schema 'image': 1 is not of type 'string'",
            ),
            (
                json!([]),
                "400 Provided object does not match schema 'image': it is not of type 'object'",
            ),
        ] {
            assert_eq!(made(document.clone()).unwrap_err(), expected, "{document}");
        }
    }

    #[test]
    fn an_administrator_says_whose_an_image_is() {
        let other = "9".repeat(32);
        let new = made_by(Role::Admin, json!({"owner": other})).unwrap();
        assert_eq!(new.owner, ProjectId::parse(&other));
        for own in [json!(null), json!("2".repeat(32))] {
            let new = made(json!({ "owner": own })).unwrap();
            assert_eq!(new.owner, None, "{own}");
        }
        let refused = made_by(Role::Admin, json!({"owner": "somebody"}));
        let expected = "400 \"somebody\" is not the id of a project.";
        assert_eq!(refused.unwrap_err(), expected);
    }

    #[test]
    fn there_are_so_many_properties_and_tags_and_no_more() {
        let many = |count: usize| -> Value {
            let pairs = (0..count).map(|at| (format!("p{at}"), json!("v")));
            Value::Object(pairs.collect())
        };
        assert!(made(many(MAX_PROPERTIES - 1)).is_ok());
        assert!(made(many(MAX_PROPERTIES)).unwrap_err().starts_with("413"));
        let tags: Vec<String> = (0..=MAX_TAGS).map(|at| at.to_string()).collect();
        assert!(
            made(json!({ "tags": tags }))
                .unwrap_err()
                .starts_with("413")
        );
    }
}

//! What is understood, and what it does.

use gaze_domain::image::{Checksums, Os};
use gaze_domain::{DiskFormat, ImageId, Media, Platform, Timestamp, Visibility};
use serde_json::json;

use super::*;

pub(crate) fn image() -> Image {
    let now = Timestamp::UNIX_EPOCH;
    Image {
        id: ImageId::parse(&"1".repeat(32)).unwrap(),
        owner: ProjectId::parse(&"2".repeat(32)).unwrap(),
        name: "a".into(),
        description: Some("d".into()),
        status: Status::Active,
        enabled: true,
        visibility: Visibility::Shared,
        protected: false,
        hidden: false,
        media: Media::RootDisk,
        system: false,
        virtio: true,
        platform: Platform::Linux,
        architecture: None,
        firmware: None,
        os: Os::default(),
        format: Some(DiskFormat::Raw),
        size: None,
        virtual_size: None,
        checksums: Checksums::default(),
        min_disk_gib: 0,
        min_ram_mib: 0,
        source: String::new(),
        failure: None,
        tags: ["t".to_owned()].into(),
        properties: [("team".to_owned(), "red".to_owned())].into(),
        locations: Vec::new(),
        created_at: now,
        updated_at: now,
        deleted_at: None,
    }
}

fn patched(document: Value, generation: Generation) -> Result<Image, String> {
    let told = |refusal: Refusal| refusal.told();
    let mut image = image();
    apply(
        &mut image,
        changes(document, generation).map_err(told)?,
        None,
        false,
    )
    .map_err(told)?;
    Ok(image)
}

fn refused(document: Value) -> String {
    patched(document, Generation::V21).unwrap_err()
}

#[test]
fn types_name_generations() {
    for (text, expected) in [
        (
            "application/openstack-images-v2.1-json-patch",
            Some(Generation::V21),
        ),
        (
            "application/openstack-images-v2.0-json-patch; charset=utf-8",
            Some(Generation::V20),
        ),
        ("application/json", None),
        ("", None),
    ] {
        assert_eq!(Generation::of(text), expected, "{text}");
    }
}

#[test]
fn changes_are_made_in_order() {
    let after = patched(
        json!([
            {"op": "replace", "path": "/name", "value": "b"},
            {"op": "add", "path": "/tags", "value": ["x", "y"]},
            {"op": "add", "path": "/team", "value": "blue"},
            {"op": "add", "path": "/a~1b", "value": "1"},
            {"op": "remove", "path": "/description"},
            {"op": "add", "path": "/min_ram", "value": 64},
            {"op": "replace", "path": "/protected", "value": true},
            {"op": "replace", "path": "/disk_format", "value": "raw"},
            {"op": "replace", "path": "/owner", "value": "2".repeat(32)},
        ]),
        Generation::V21,
    )
    .unwrap();
    assert_eq!((after.name.as_str(), after.min_ram_mib), ("b", 64));
    assert!(after.protected && after.description.is_none());
    assert_eq!(after.tags.len(), 2);
    assert_eq!(after.properties["team"], "blue");
    assert_eq!(after.properties["a/b"], "1");
}

#[test]
fn the_older_generation_adds_only_what_is_new() {
    let after = patched(json!([{"replace": "/name", "value": "b"}]), Generation::V20);
    assert_eq!(after.unwrap().name, "b");
    for name in ["team", "name"] {
        let path = format!("/{name}");
        assert_eq!(
            patched(json!([{"add": path, "value": "b"}]), Generation::V20).unwrap_err(),
            format!("409 Property {name} already present.")
        );
    }
    for operation in [
        json!({"value": 1}),
        json!({"add": "/a", "remove": "/b"}),
        json!({"add": 1}),
    ] {
        let refused = patched(json!([operation]), Generation::V20).unwrap_err();
        assert!(
            refused.starts_with("400 Operation objects must"),
            "{refused}"
        );
    }
}

#[test]
fn what_is_not_there_is_a_conflict() {
    for operation in [
        json!({"op": "replace", "path": "/nothing", "value": "x"}),
        json!({"op": "remove", "path": "/nothing"}),
    ] {
        assert_eq!(
            refused(json!([operation])),
            "409 Property nothing does not exist."
        );
    }
}

#[test]
fn what_may_not_be_changed_is_forbidden() {
    for (operation, expected) in [
        (
            json!({"op": "replace", "path": "/size", "value": 1}),
            "403 Attribute 'size' is read-only.",
        ),
        (
            json!({"op": "replace", "path": "/id", "value": "x"}),
            "403 Attribute 'id' is read-only.",
        ),
        (
            json!({"op": "add", "path": "/deleted", "value": "x"}),
            "403 Attribute 'deleted' is reserved.",
        ),
        (
            json!({"op": "add", "path": "/locations/-", "value": {"url": "http://h/i"}}),
            "403 It's not allowed to add locations if locations are invisible.",
        ),
        (
            json!({"op": "remove", "path": "/locations/0"}),
            "403 It's not allowed to remove locations if locations are invisible.",
        ),
        (
            json!({"op": "replace", "path": "/locations", "value": []}),
            "403 It's not allowed to update locations if locations are invisible.",
        ),
        (
            json!({"op": "remove", "path": "/name"}),
            "403 Property name may not be removed.",
        ),
        (
            json!({"op": "replace", "path": "/disk_format", "value": "qcow2"}),
            "403 Attribute disk_format can be only replaced for a queued image.",
        ),
        (
            json!({"op": "replace", "path": "/container_format", "value": "ova"}),
            "403 Attribute container_format can be only replaced for a queued image.",
        ),
        (
            json!({"op": "replace", "path": "/owner", "value": "9"}),
            "403 You are not permitted to modify 'owner' attribute on this image.",
        ),
    ] {
        assert_eq!(refused(json!([operation])), expected);
    }
}

#[test]
fn documents_that_are_no_patches_are_refused() {
    for (document, expected) in [
        (
            json!({}),
            "400 Request body must be a JSON array of operation objects.",
        ),
        (json!([1]), "400 Operations must be JSON objects."),
        (
            json!([{"path": "/a"}]),
            "400 Unable to find 'op' in JSON Schema change",
        ),
        (
            json!([{"op": "add"}]),
            "400 Unable to find 'path' in JSON Schema change",
        ),
        (
            json!([{"op": "add", "path": "/a"}]),
            "400 Operation \"add\" requires a member named \"value\".",
        ),
        (
            json!([{"op": "move", "path": "/a", "value": 1}]),
            "400 Invalid operation: `move`. It must be one of the following: add, remove, replace.",
        ),
        (
            json!([{"op": "remove", "path": "a"}]),
            "400 Pointer `a` does not start with \"/\".",
        ),
        (
            json!([{"op": "remove", "path": "/a/"}]),
            "400 Pointer `/a/` ends with \"/\".",
        ),
        (
            json!([{"op": "remove", "path": "//a"}]),
            "400 Pointer `//a` contains adjacent \"/\".",
        ),
        (
            json!([{"op": "remove", "path": "/a~"}]),
            "400 Pointer `/a~` contains \"~\" not part of a recognized escape sequence.",
        ),
        (
            json!([{"op": "remove", "path": "/a/b"}]),
            "400 Invalid JSON pointer for this resource: '/a/b'",
        ),
    ] {
        assert_eq!(refused(document), expected);
    }
}

#[test]
fn a_queued_image_keeps_its_container_open_when_its_format_comes() {
    let mut queued = image();
    queued.status = Status::Queued;
    queued.format = None;
    let set = |name: &str, value: &str| Change::Replace {
        name: name.into(),
        value: json!(value),
    };
    apply(&mut queued, vec![set("disk_format", "qcow2")], None, false).unwrap();
    assert_eq!(super::super::words::container(&queued), None);
    let bare = vec![set("container_format", "bare")];
    apply(&mut queued, bare, None, false).unwrap();
    assert_eq!(super::super::words::container(&queued), Some("bare"));
    assert!(!queued.properties.contains_key(CONTAINER));
}

#[test]
fn an_administrator_names_another_owner() {
    let other = "9".repeat(32);
    let give = |to: &Value| -> Result<Image, String> {
        let document = json!([
            {"op": "replace", "path": "/name", "value": "given"},
            {"op": "replace", "path": "/owner", "value": to},
        ]);
        let told = |refusal: Refusal| refusal.told();
        let changes = changes(document, Generation::V21).map_err(told)?;
        assert_eq!(
            heir(&changes),
            to.as_str().and_then(ProjectId::parse),
            "{to}"
        );
        let mut image = image();
        apply(&mut image, changes, None, true).map_err(told)?;
        Ok(image)
    };
    let given = give(&json!(other)).unwrap();
    assert_eq!((given.name.as_str(), given.owner.hex()), ("given", other));
    for nobody in [json!("somebody"), json!(7), Value::Null] {
        assert!(give(&nobody).unwrap_err().starts_with("400"), "{nobody}");
    }
    assert_eq!(heir(&[]), None);
}

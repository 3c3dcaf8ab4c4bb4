use serde_json::json;

use super::*;
use crate::errors::no_such_resource;

const FIELDS: &[Field] = &[
    Field::text("uuid").required().naming(Noun::Image),
    Field::text("name").length(1, 5),
    Field::text("stateEvent").one_of(&["enable", "disable"]),
    Field::flag("system"),
    Field::flag_or_list("virtio"),
    Field::int("duration").within(60, 100),
    Field::list("backupStorageUuids").naming(Noun::Store),
    Field::text("resourceUuid").new_uuid(),
];

const UUID: &str = "e4891e6ef3a64ea08ce91ab379a5c856";

fn read(given: &Value) -> Result<Params, Failure> {
    Params::read(FIELDS, given.as_object().unwrap())
}

#[test]
fn values_of_another_type_are_refused_with_the_vendors_texts() {
    for (given, text) in [
        (
            json!({"system": "x"}),
            "Invalid value for boolean field [system], [x] is not a valid boolean string[true, false].",
        ),
        (
            json!({"system": ["x"]}),
            "Invalid value for boolean field [system], [[x]] is not a valid boolean string[true, false].",
        ),
        (
            json!({"virtio": {"a": 1}}),
            "Invalid value for boolean field [virtio], [{a=1}] is not a valid boolean string[true, false].",
        ),
        (
            json!({"duration": 1.2}),
            "[duration] field is excepted an int or long, but was [1.2].",
        ),
        (
            json!({"duration": "soon"}),
            "[duration] field is excepted an int or long, but was [soon].",
        ),
        (
            json!({"name": ["a", "b"]}),
            "Invalid value for field [name], [[a, b]] is not a string.",
        ),
        (
            json!({"backupStorageUuids": "a"}),
            "Invalid value for field [backupStorageUuids], [a] is not a list of strings.",
        ),
    ] {
        assert_eq!(read(&given), Err(Failure::bad_request(text)), "{given}");
    }
}

#[test]
fn values_are_taken_over_in_their_kind() {
    let params = read(&json!({
        "uuid": format!(" {UUID} "),
        "name": 12,
        "system": "TRUE",
        "virtio": ["<virtio>"],
        "duration": "60",
        "backupStorageUuids": [UUID],
        "unknown": {"a": 1},
    }))
    .unwrap();
    assert_eq!(params.text("uuid"), Some(UUID));
    assert_eq!(params.text("name"), Some("12"));
    assert_eq!(params.flag("system"), Some(true));
    assert_eq!(params.flag("virtio"), Some(true));
    assert_eq!(params.int("duration"), Some(60));
    assert_eq!(params.list("backupStorageUuids"), Some(vec![UUID]));
    assert_eq!(params.text("unknown"), None);
    assert_eq!(params.validate(FIELDS), Ok(()));
}

#[test]
fn an_empty_list_is_an_absent_flag() {
    assert_eq!(read(&json!({"virtio": []})).unwrap().flag("virtio"), None);
    assert_eq!(read(&json!({"virtio": null})).unwrap().flag("virtio"), None);
}

#[test]
fn impossible_values_are_refused_with_the_vendors_texts() {
    let validator = "org.zstack.header.message.ApiMessageParamValidator";
    for (given, expected) in [
        (
            json!({}),
            invalid_argument(format!(
                "field[uuid] of message[{validator}] is mandatory, can not be null"
            )),
        ),
        (
            json!({"uuid": "image-1"}),
            no_such_resource("uuid", Noun::Image, "image-1"),
        ),
        (
            json!({"uuid": UUID, "name": "abcdef"}),
            invalid_argument(format!(
                "field[name] of message[{validator}] exceeds max length of string. expected was <= 5, actual was 6"
            )),
        ),
        (
            json!({"uuid": UUID, "stateEvent": "Enable"}),
            invalid_argument(format!(
                "valid value for field[stateEvent] of message[{validator}] are [enable, disable], but Enable found"
            )),
        ),
        (
            json!({"uuid": UUID, "duration": 59}),
            invalid_argument("field[duration] must be in range of [60, 100]"),
        ),
        (
            json!({"uuid": UUID, "backupStorageUuids": []}),
            invalid_argument("field[backupStorageUuids] must be a nonempty list"),
        ),
        (
            json!({"uuid": UUID, "backupStorageUuids": [null]}),
            invalid_argument("field[backupStorageUuids] cannot contain a NULL element"),
        ),
        (
            json!({"uuid": UUID, "backupStorageUuids": [UUID, "bs"]}),
            no_such_resource("backupStorageUuids", Noun::Store, "bs"),
        ),
    ] {
        assert_eq!(
            read(&given).unwrap().validate(FIELDS),
            Err(expected),
            "{given}"
        );
    }
}

#[test]
fn a_new_uuid_has_a_version_and_a_variant() {
    for (text, fits) in [
        (UUID, true),
        ("e4891e6ef3a60ea08ce91ab379a5c856", false),
        ("e4891e6ef3a64ea07ce91ab379a5c856", false),
        ("E4891E6EF3A64EA08CE91AB379A5C856", false),
        ("e4891e6e-f3a6-4ea0-8ce9-1ab379a5c856", false),
        ("", false),
    ] {
        let params = read(&json!({"uuid": UUID, "resourceUuid": text})).unwrap();
        assert_eq!(params.validate(FIELDS).is_ok(), fits, "{text}");
    }
}

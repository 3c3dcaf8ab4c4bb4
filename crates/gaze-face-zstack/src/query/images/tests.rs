use gaze_domain::Timestamp;
use gaze_domain::list::Operand;

use super::*;
use crate::wire::{Inventory, image};

fn translated(text: &str) -> Result<Ours, Failure> {
    let query = Query::read(&[("q".into(), text.into())])?;
    assert_eq!(way(&query.conditions[0].field), Way::Own, "{text}");
    fields::translate(&query.conditions[0])
}

#[test]
fn words_of_the_vendor_become_sets_of_ours() {
    let status = |words: &[&str]| Ours::any(Field::Status, words.iter().copied());
    let instant: Timestamp = "2017-11-13T09:29:27Z".parse().unwrap();
    for (text, expected) in [
        ("uuid=ab", Ours::eq(Field::Id, "ab")),
        (
            "name~=%a%",
            Ours::Field(Field::Name, Asked::Like("%a%".into())),
        ),
        (
            "description is null",
            Ours::Field(Field::Description, Asked::IsNull),
        ),
        (
            "size>=10",
            Ours::AnyOf(vec![
                vec![Ours::Field(Field::VirtualSize, Asked::Ge(Operand::Int(10)))],
                vec![
                    Ours::Field(Field::VirtualSize, Asked::IsNull),
                    Ours::Field(Field::Size, Asked::Ge(Operand::Int(10))),
                ],
            ]),
        ),
        ("actualSize?=1,2", Ours::any(Field::Size, [1_i64, 2])),
        ("state=Enabled", Ours::any(Field::Enabled, [true])),
        ("state!=Disabled", Ours::any(Field::Enabled, [true])),
        ("system=false", Ours::any(Field::System, [false])),
        ("status=Ready", status(&["active"])),
        (
            "status=Downloading",
            status(&["queued", "saving", "staged", "importing"]),
        ),
        ("status?=Creating,Error", status(&["capturing", "failed"])),
        ("status=Migrating", status(&[])),
        (
            "status~=D%",
            status(&["queued", "saving", "staged", "importing", "deleted"]),
        ),
        ("mediaType=ISO", Ours::any(Field::Media, ["iso"])),
        (
            "platform!?=Linux,Other,Windows,WindowsVirtio",
            Ours::any(Field::Platform, ["paravirtualization"]),
        ),
        (
            "architecture=aarch64",
            Ours::any(Field::Architecture, ["aarch64"]),
        ),
        (
            "architecture not null",
            Ours::Field(Field::Architecture, Asked::NotNull),
        ),
        ("type!=vmware", Ours::Field(Field::Id, Asked::NotNull)),
        ("type=vmware", Ours::Field(Field::Id, Asked::In(Vec::new()))),
        (
            "createDate>2017-11-13 09:29:27",
            Ours::Field(Field::CreatedAt, Asked::Gt(Operand::Time(instant))),
        ),
        ("backupStorage.uuid=s", Ours::eq(Field::LocationStore, "s")),
        (
            "backupStorageRef.id>3",
            Ours::Field(Field::LocationOrdinal, Asked::Gt(Operand::Int(3))),
        ),
        (
            "backupStorageRef.status=Ready",
            Ours::any(Field::LocationState, ["ready"]),
        ),
        ("__userTag__=team", Ours::eq(Field::Tag, "team")),
        (
            "__userTag__!=team",
            Ours::Without(Field::Tag, Asked::Eq("team".into())),
        ),
    ] {
        assert_eq!(translated(text).unwrap(), expected, "{text}");
    }
}

#[test]
fn what_images_do_not_have_is_an_internal_error_as_for_the_vendor() {
    let Err(Failure::Api(code)) = translated("colour=red") else {
        unreachable!("it is refused");
    };
    assert_eq!(code.code, "SYS.1000");
    assert_eq!(
        code.details.as_deref(),
        Some("inventory class[org.zstack.header.image.ImageInventory] has no field[colour]")
    );
    for text in ["size=big", "createDate>yesterday"] {
        assert!(matches!(translated(text), Err(Failure::Api(_))), "{text}");
    }
}

#[test]
fn every_field_of_the_inventory_but_the_list_of_copies_can_be_asked_for() {
    for name in image::Image::FIELDS
        .iter()
        .filter(|name| **name != "backupStorageRefs")
    {
        assert!(fields::kind(name).is_ok(), "{name}");
        assert!(fields::sort_field(name).is_ok(), "{name}");
    }
    assert!(fields::sort_field("backupStorage.name").is_err());
    assert!(fields::sort_field("__userTag__").is_err());
}

#[test]
fn a_boot_mode_is_asked_of_the_firmware_and_of_the_tags() {
    let firmware =
        |words: &[&str]| Asked::In(words.iter().map(|word| Operand::from(*word)).collect());
    let met = |asked: Asked, words: &[&str]| {
        Ours::AnyOf(vec![
            vec![Ours::Field(Field::Tag, asked)],
            vec![Ours::Field(Field::Firmware, firmware(words))],
        ])
    };
    let denied = |asked: Asked, words: &[&str]| {
        Ours::AnyOf(vec![vec![
            Ours::Without(Field::Tag, asked),
            Ours::Without(Field::Firmware, firmware(words)),
        ]])
    };
    for (text, expected) in [
        (
            "__systemTag__=bootMode::uefi",
            met(Asked::Eq("bootMode::uefi".into()), &["uefi"]),
        ),
        (
            "__systemTag__~=bootMode::U%",
            met(Asked::Like("bootMode::U%".into()), &["uefi", "uefi-csm"]),
        ),
        (
            "__systemTag__!=remote",
            denied(Asked::Eq("remote".into()), &[]),
        ),
        (
            "__systemTag__!?=bootMode::Legacy,qemuga",
            denied(
                Asked::In(vec!["bootMode::Legacy".into(), "qemuga".into()]),
                &["bios"],
            ),
        ),
        (
            "__systemTag__ is null",
            denied(Asked::NotNull, &["bios", "uefi", "uefi-csm"]),
        ),
    ] {
        assert_eq!(translated(text).unwrap(), expected, "{text}");
    }
}

#[test]
fn conditions_on_other_nouns_are_tried_on_them_first() {
    for (field, expected) in [
        ("name", Way::Own),
        ("backupStorage.uuid", Way::Own),
        ("backupStorage.name", Way::Own),
        ("backupStorage.type", Way::Stores("type")),
        ("backupStorage.zone.uuid", Way::Stores("zone.uuid")),
        ("backupStorageRef.status", Way::Own),
        ("backupStorageRefs.installPath", Way::Paths),
        ("backupStorageRef.backupStorage.state", Way::Stores("state")),
        ("volume.uuid", Way::Volumes("uuid")),
    ] {
        assert_eq!(way(field), expected, "{field}");
    }
}

#[test]
fn more_values_than_one_comparison_takes_are_compared_in_parts() {
    let values: BTreeSet<String> = (0..=CHUNK).map(|n| n.to_string()).collect();
    let Ours::AnyOf(parts) = among(Field::Id, &values) else {
        unreachable!("it is in parts");
    };
    assert_eq!(parts.len(), 2);
    assert_eq!(
        among(Field::Id, &BTreeSet::from(["a".to_owned()])),
        Ours::any(Field::Id, ["a"])
    );
}

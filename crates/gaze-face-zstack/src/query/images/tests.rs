use gaze_domain::Timestamp;
use gaze_domain::list::Direction;

use super::*;

fn translated(text: &str) -> Result<Ours, Failure> {
    let query = Query::read(&[("q".into(), text.into())])?;
    Ok(list(&query, Scope::All)?.conditions.remove(0))
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
            Ours::Field(Field::VirtualSize, Asked::Ge(Operand::Int(10))),
        ),
        ("actualSize?=1,2", Ours::any(Field::Size, [1_i64, 2])),
        ("state=Enabled", Ours::any(Field::Enabled, [true])),
        ("state!=Disabled", Ours::any(Field::Enabled, [true])),
        ("system=false", Ours::any(Field::System, [false])),
        ("status=Ready", status(&["active"])),
        (
            "status=Downloading",
            status(&["queued", "saving", "importing"]),
        ),
        ("status?=Creating,Error", status(&["capturing", "failed"])),
        ("status=Migrating", status(&[])),
        (
            "status~=D%",
            status(&["queued", "saving", "importing", "deleted"]),
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
        (
            "backupStorage.zone.uuid=z",
            Ours::eq(Field::LocationZone, "z"),
        ),
        (
            "backupStorageRef.status=Ready",
            Ours::any(Field::LocationState, ["ready"]),
        ),
        (
            "__systemTag__=bootMode::UEFI",
            Ours::eq(Field::Firmware, "uefi"),
        ),
        ("__userTag__=team", Ours::eq(Field::Tag, "team")),
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
        assert!(kind(name).is_ok(), "{name}");
        assert!(sort_field(name).is_ok(), "{name}");
    }
    assert!(sort_field("backupStorage.name").is_err());
    assert!(sort_field("__userTag__").is_err());
}

#[test]
fn pages_and_orders_are_carried_over() {
    let query = Query::read(&[
        ("start".into(), "20".into()),
        ("limit".into(), "10".into()),
        ("sort".into(), "-name".into()),
    ])
    .unwrap();
    let list = list(&query, Scope::All).unwrap();
    assert_eq!((list.start, list.limit), (Start::Offset(20), 10));
    assert_eq!(
        list.sort,
        [Sort {
            field: Field::Name,
            direction: Direction::Descending
        }]
    );
}

#[test]
fn what_would_change_the_answer_and_is_not_served_is_refused() {
    let query = Query::read(&[("groupBy".into(), "name".into())]).unwrap();
    assert!(list(&query, Scope::All).is_err());
}

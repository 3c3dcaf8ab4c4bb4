use gaze_domain::access::Role;
use gaze_domain::{DomainId, UserId};

use super::*;

const UUID: &str = "e4891e6ef3a64ea08ce91ab379a5c856";

fn caller(role: Role) -> Caller {
    Caller {
        user: UserId::parse(UUID).unwrap(),
        user_name: "u".into(),
        project: ProjectId::parse(UUID).unwrap(),
        project_name: "p".into(),
        domain: DomainId::parse(UUID).unwrap(),
        domain_name: "d".into(),
        role,
        token: None,
    }
}

fn understood(pairs: &[(&str, &str)]) -> Result<Wanted> {
    let mut query = Parameters::of(pairs);
    let wanted = image_list(&caller(Role::Admin), &mut query)?;
    query.finish()?;
    Ok(wanted)
}

fn not_hidden() -> Condition {
    Condition::eq(Field::Hidden, false)
}

#[test]
fn without_parameters_a_list_shows_what_is_neither_deleted_nor_hidden() {
    let wanted = understood(&[]).unwrap();
    assert_eq!(wanted.limit, DEFAULT_LIMIT);
    assert_eq!(wanted.list.limit, DEFAULT_LIMIT + 1);
    assert_eq!(wanted.list.start, Start::First);
    assert_eq!(wanted.list.sort, []);
    assert_eq!(
        wanted.list.conditions,
        [
            Condition::not_eq(Field::Status, Status::Deleted),
            not_hidden()
        ]
    );
}

#[test]
fn tenants_see_what_is_theirs_public_or_shared() {
    let check = |pairs: &[(&str, &str)], state: MemberState| {
        let caller = caller(Role::Member);
        let wanted = image_list(&caller, &mut Parameters::of(pairs)).unwrap();
        let expected = Scope::Visible {
            project: caller.project,
            shared: vec![state],
        };
        assert_eq!(wanted.list.scope, expected);
    };
    check(&[], MemberState::Accepted);
    check(&[("membership", "pending")], MemberState::Pending);
    assert_eq!(understood(&[]).unwrap().list.scope, Scope::All);
}

#[test]
fn every_filter_becomes_its_condition() {
    let check = |name: &str, value: &str, expected: Condition| {
        let conditions = understood(&[(name, value)]).unwrap().list.conditions;
        assert!(
            conditions.contains(&expected),
            "{name}={value}: {conditions:?}"
        );
    };
    check("name", "web", Condition::eq(Field::Name, "web"));
    check(
        "name",
        "web*",
        Condition::Field(Field::Name, Test::Like("web%".into())),
    );
    check("owner", UUID, Condition::eq(Field::Owner, UUID));
    check("store", UUID, Condition::eq(Field::LocationStore, UUID));
    check("status", "active", Condition::eq(Field::Status, "active"));
    check(
        "status",
        "active,failed",
        Condition::any(Field::Status, ["active", "failed"]),
    );
    check(
        "visibility",
        "public",
        Condition::eq(Field::Visibility, "public"),
    );
    check("platform", "linux", Condition::eq(Field::Platform, "linux"));
    check(
        "architecture",
        "aarch64",
        Condition::eq(Field::Architecture, "aarch64"),
    );
    check("format", "qcow2", Condition::eq(Field::Format, "qcow2"));
    check("media", "iso", Condition::eq(Field::Media, "iso"));
    check("enabled", "false", Condition::eq(Field::Enabled, false));
    check("protected", "true", Condition::eq(Field::Protected, true));
    check("system", "true", Condition::eq(Field::System, true));
    check("hidden", "true", Condition::eq(Field::Hidden, true));
    check("tag", "a,b", Condition::eq(Field::Tag, "a,b"));
    check(
        "property.hw.disk",
        "scsi",
        Condition::eq(Field::Property("hw.disk".into()), "scsi"),
    );
}

#[test]
fn orders_have_a_direction_for_each_field() {
    let wanted = understood(&[("sort", "name,-created_at")]).unwrap();
    let expected = [
        Sort {
            field: Field::Name,
            direction: Direction::Ascending,
        },
        Sort {
            field: Field::CreatedAt,
            direction: Direction::Descending,
        },
    ];
    assert_eq!(wanted.list.sort, expected);
}

#[test]
fn what_is_not_understood_is_refused_by_name() {
    let check = |pairs: &[(&str, &str)], expected: &str| {
        let error = understood(pairs).unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    check(&[("colour", "red")], "colour: there is no such parameter");
    check(
        &[("limit", "0")],
        "limit: \"0\" is no whole number from 1 to 500",
    );
    check(
        &[("limit", "501")],
        "limit: \"501\" is no whole number from 1 to 500",
    );
    check(
        &[("limit", "1"), ("limit", "2")],
        "limit: is given more than once",
    );
    check(
        &[("after", "web")],
        "after: \"web\" is no id of 32 hexadecimal digits",
    );
    check(
        &[("enabled", "yes")],
        "enabled: \"yes\" is neither true nor false",
    );
    check(
        &[("visibility", "secret")],
        "visibility: \"secret\" is none of private, shared, community, public",
    );
    check(
        &[("sort", "colour")],
        "sort: \"colour\" is none of id, name, status, owner, format, platform, size, \
         virtual_size, created_at, updated_at",
    );
    check(&[("property.", "x")], "property.: names no property");
}

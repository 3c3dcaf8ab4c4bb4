//! Queries and the lists that they ask for.

use gaze_domain::{DomainId, Role, UserId};

use super::*;

fn caller(role: Role) -> Caller {
    Caller {
        user: UserId::parse(&"1".repeat(32)).unwrap(),
        user_name: "u".into(),
        project: ProjectId::parse(&"2".repeat(32)).unwrap(),
        project_name: "p".into(),
        domain: DomainId::parse(&"3".repeat(32)).unwrap(),
        domain_name: "d".into(),
        role,
        token: None,
    }
}

fn parsed(pairs: &[(&str, &str)]) -> Result<Query, String> {
    let pairs = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Query::parse(&caller(Role::Member), pairs.collect(), None).map_err(|refusal| refusal.told())
}

fn conditions(pairs: &[(&str, &str)]) -> Vec<Condition> {
    let mut conditions = parsed(pairs).unwrap().list.conditions;
    // Not hidden and not deleted, always.
    conditions.truncate(conditions.len() - 2);
    conditions
}

fn order(pairs: &[(&str, &str)]) -> Vec<(Field, Direction)> {
    let sort = parsed(pairs).unwrap().list.sort;
    sort.into_iter()
        .map(|key| (key.field, key.direction))
        .collect()
}

#[test]
fn a_page_has_25_images_unless_asked_otherwise() {
    for (limit, expected) in [("7", 7), ("0", 0), ("1000", 1000), ("99999999999", 1000)] {
        assert_eq!(parsed(&[("limit", limit)]).unwrap().list.limit, expected);
    }
    assert_eq!(parsed(&[]).unwrap().list.limit, 25);
    assert_eq!(
        parsed(&[("limit", "a")]).unwrap_err(),
        "400 limit param must be an integer"
    );
    assert_eq!(
        parsed(&[("limit", "-1")]).unwrap_err(),
        "400 limit param must be positive"
    );
}

#[test]
fn orders_of_both_syntaxes() {
    use Direction::{Ascending, Descending};
    let name = |direction| (Field::Name, direction);
    let size = |direction| (Field::Size, direction);
    assert_eq!(order(&[]), []);
    assert_eq!(
        order(&[("sort_dir", "asc")]),
        [(Field::CreatedAt, Ascending)]
    );
    assert_eq!(order(&[("sort_key", "name")]), [name(Descending)]);
    assert_eq!(
        order(&[
            ("sort_key", "name"),
            ("sort_key", "size"),
            ("sort_dir", "asc")
        ]),
        [name(Ascending), size(Ascending)]
    );
    assert_eq!(
        order(&[
            ("sort_key", "name"),
            ("sort_dir", "asc"),
            ("sort_key", "size"),
            ("sort_dir", "desc")
        ]),
        [name(Ascending), size(Descending)]
    );
    assert_eq!(
        order(&[("sort", "name:asc,size,container_format:asc")]),
        [name(Ascending), size(Descending)]
    );
    for (pairs, expected) in [
        (
            &[("sort", "name"), ("sort_key", "name")][..],
            "400 Old and new sorting syntax cannot be combined",
        ),
        (
            &[
                ("sort_key", "name"),
                ("sort_dir", "asc"),
                ("sort_dir", "asc"),
            ],
            "400 Number of sort dirs does not match the number of sort keys",
        ),
        (
            &[("sort", "name:up")],
            "400 Invalid sort direction: up. It must be one of the following: asc, desc.",
        ),
    ] {
        assert_eq!(parsed(pairs).unwrap_err(), expected);
    }
    assert!(
        parsed(&[("sort", "team")])
            .unwrap_err()
            .starts_with("400 Invalid sort key: team.")
    );
}

#[test]
fn visibility_decides_whose_images_are_looked_at() {
    let project = caller(Role::Member).project;
    let shared = |states: &[MemberState]| Scope::Visible {
        project,
        shared: states.to_vec(),
    };
    for (pairs, expected) in [
        (&[][..], shared(&[MemberState::Accepted])),
        (&[("visibility", "private")], Scope::Owned(project)),
        (&[("visibility", "community")], Scope::Community),
        (
            &[("visibility", "all")],
            Scope::Usable {
                project,
                shared: vec![MemberState::Accepted],
            },
        ),
        (
            &[("visibility", "shared"), ("member_status", "pending")],
            shared(&[MemberState::Pending]),
        ),
        (&[("member_status", "all")], shared(MemberState::ALL)),
    ] {
        assert_eq!(parsed(pairs).unwrap().list.scope, expected);
    }
    for word in ["all", "private", "public", "shared"] {
        let pairs = vec![("visibility".to_owned(), word.to_owned())];
        let all = Query::parse(&caller(Role::Admin), pairs, None).unwrap();
        assert_eq!(all.list.scope, Scope::All, "{word}");
    }
    let ordinary = Query::parse(&caller(Role::Admin), Vec::new(), None).unwrap();
    assert_eq!(ordinary.list.scope, Scope::All);
    assert_eq!(
        ordinary.list.conditions[0],
        Condition::AnyOf(vec![
            vec![Condition::eq(Field::Owner, project)],
            vec![Condition::not_eq(Field::Visibility, Visibility::Community)],
        ])
    );
    assert!(parsed(&[("visibility", "nobody")]).is_err());
    assert!(parsed(&[("member_status", "maybe")]).is_err());
}

#[test]
fn filters_ask_the_fields_that_show_them() {
    let id = ImageId::parse(&"4".repeat(32)).unwrap();
    for (pairs, expected) in [
        (
            &[("name", "a,b")][..],
            vec![Condition::eq(Field::Name, "a,b")],
        ),
        (
            &[("name", "in:a,b")],
            vec![Condition::any(Field::Name, ["a", "b"])],
        ),
        (
            &[("id", "in:nonsense,44444444-4444-4444-4444-444444444444")],
            vec![Condition::any(Field::Id, [id])],
        ),
        (
            &[("status", "deactivated")],
            vec![
                Condition::eq(Field::Status, Status::Active),
                Condition::eq(Field::Enabled, false),
            ],
        ),
        (
            &[("status", "pending_delete")],
            vec![Condition::AnyOf(Vec::new())],
        ),
        (&[("owner", "x")], vec![Condition::AnyOf(Vec::new())]),
        (
            &[("tag", "a"), ("tag", "b")],
            vec![
                Condition::eq(Field::Tag, "a"),
                Condition::eq(Field::Tag, "b"),
            ],
        ),
        (
            &[("size_min", "1")],
            vec![Condition::Field(Field::Size, Test::Ge(Operand::Int(1)))],
        ),
        (&[("size", "5")], vec![Condition::eq(Field::Size, 5)]),
        (
            &[("os_distro", "debian")],
            vec![Condition::eq(Field::OsDistro, "debian")],
        ),
        (
            &[("team", "red")],
            vec![Condition::eq(Field::Property("team".into()), "red")],
        ),
    ] {
        assert_eq!(conditions(pairs), expected, "{pairs:?}");
    }
    for pairs in [
        [("protected", "maybe")],
        [("os_hidden", "maybe")],
        [("size_max", "big")],
        [("size", "big")],
        [("min_ram", "-1")],
        [("marker", "nobody")],
        [("changes-since", "2026-11-21T10:00:00Z")],
    ] {
        assert!(parsed(&pairs).unwrap_err().starts_with("400"), "{pairs:?}");
    }
}

#[test]
fn pages_point_at_one_another() {
    let last = ImageId::parse(&"4".repeat(32)).unwrap();
    let marker = "55555555-5555-5555-5555-555555555555";
    let query = parsed(&[("limit", "2"), ("marker", marker), ("name", "a&b c")]).unwrap();
    assert_eq!(query.first(), "/v2/images?limit=2&name=a%26b%20c");
    assert_eq!(
        query.behind(last),
        "/v2/images?limit=2&name=a%26b%20c&marker=44444444-4444-4444-4444-444444444444"
    );
    assert_eq!(parsed(&[]).unwrap().first(), "/v2/images");
}

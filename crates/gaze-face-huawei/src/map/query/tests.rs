use super::*;

const ID: &str = "633724a7-4a4e-11eb-8f73-fa1640aee23e";

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn check(name: &str, value: &str, expected: Condition) {
    let query = Query::parse(&pairs(&[(name, value)])).unwrap();
    let live = Condition::not_eq(Field::Status, Status::Deleted);
    let mut wanted = vec![expected];
    if name != "status" {
        wanted.push(live);
    }
    assert_eq!(query.conditions, wanted, "{name}={value}");
}

fn refused(name: &str, value: &str) -> String {
    let refusal = Query::parse(&pairs(&[(name, value)])).unwrap_err();
    assert_eq!(refusal.status(), 400, "{name}={value}");
    refusal.code().to_owned()
}

#[test]
fn without_parameters_the_newest_500_that_are_not_deleted_are_asked_for() {
    let region = RegionId::parse(&"1".repeat(32)).unwrap();
    let list = Query::parse(&[]).unwrap().list(region);
    assert_eq!(
        list,
        ImageList {
            scope: Scope::All,
            conditions: vec![
                Condition::InRegion(region),
                Condition::not_eq(Field::Status, Status::Deleted)
            ],
            sort: vec![Sort {
                field: Field::CreatedAt,
                direction: Direction::Descending
            }],
            start: Start::First,
            limit: 500,
        }
    );
}

#[test]
fn each_filter_is_an_exact_condition() {
    let id = ImageId::parse(ID).unwrap();
    let project = ProjectId::parse("2b76febbe5d34eac85d26435c1f15809").unwrap();
    check("id", ID, Condition::eq(Field::Id, id));
    check("id", &id.hex(), Condition::eq(Field::Id, id));
    check("name", "a b/中", Condition::eq(Field::Name, "a b/中"));
    check(
        "owner",
        &project.hex(),
        Condition::eq(Field::Owner, project),
    );
    check("protected", "true", Condition::eq(Field::Protected, true));
    check(
        "status",
        "saving",
        Condition::any(
            Field::Status,
            [
                Status::Saving,
                Status::Staged,
                Status::Importing,
                Status::Capturing,
            ],
        ),
    );
    check(
        "status",
        "deleted",
        Condition::any(Field::Status, [Status::Deleted]),
    );
    check(
        "visibility",
        "private",
        Condition::any(
            Field::Visibility,
            [
                Visibility::Private,
                Visibility::Shared,
                Visibility::Community,
            ],
        ),
    );
    check(
        "__imagetype",
        "gold",
        Condition::any(Field::Visibility, [Visibility::Public]),
    );
    check(
        "__os_type",
        "Windows",
        Condition::any(
            Field::Platform,
            [Platform::Windows, Platform::WindowsVirtio],
        ),
    );
    check(
        "virtual_env_type",
        "FusionCompute",
        Condition::any(Field::Media, ["root-disk"]),
    );
    for flag in FLAG_FILTERS {
        check(
            flag,
            "true",
            Condition::eq(Field::Property((*flag).to_owned()), "true"),
        );
    }
    check(
        "__support_kvm_gpu_type",
        "RTX5000",
        Condition::eq(Field::Property("__support_kvm_gpu_type".into()), "RTX5000"),
    );
    check(
        "__support_xen_gpu_type",
        "M60_vGPU",
        Condition::eq(Field::Property("__support_xen_gpu_type".into()), "M60_vGPU"),
    );
}

#[test]
fn registration_does_not_matter_to_public_images() {
    check(
        "__isregistered",
        "false",
        Condition::AnyOf(vec![
            vec![Condition::eq(Field::Visibility, Visibility::Public)],
            vec![Condition::eq(Field::Enabled, false)],
        ]),
    );
}

#[test]
fn the_page_begins_behind_the_marker_in_the_order_that_was_asked_for() {
    let query = Query::parse(&pairs(&[
        ("marker", ID),
        ("limit", "2"),
        ("sort_key", "name"),
        ("sort_dir", "asc"),
    ]))
    .unwrap();
    let region = RegionId::parse(&"1".repeat(32)).unwrap();
    let list = query.list(region);
    assert_eq!(list.start, Start::After(ImageId::parse(ID).unwrap()));
    assert_eq!(list.limit, 2);
    assert_eq!(
        list.sort,
        [Sort {
            field: Field::Name,
            direction: Direction::Ascending
        }]
    );
}

#[test]
fn a_direction_alone_turns_the_default_order() {
    let query = Query::parse(&pairs(&[("sort_dir", "asc")])).unwrap();
    assert_eq!(query.field, Field::CreatedAt);
    assert_eq!(query.direction, Direction::Ascending);
}

#[test]
fn limits_from_none_to_500_are_taken() {
    for (value, expected) in [("0", 0), ("1", 1), ("500", 500), ("0007", 7)] {
        let query = Query::parse(&pairs(&[("limit", value)])).unwrap();
        assert_eq!(query.limit, expected);
    }
    for value in ["501", "-1", "+5", "ten", "", "1.0", "99999999999"] {
        assert_eq!(refused("limit", value), "IMG.0017", "{value}");
    }
}

#[test]
fn values_outside_their_lists_are_refused() {
    for (name, value, code) in [
        ("__imagetype", "shared", "IMG.0024"),
        ("__imagetype", "", "IMG.0024"),
        ("__os_type", "linux", "IMG.0056"),
        ("id", "ces", "IMG.0066"),
        ("marker", "ces", "IMG.0066"),
        ("owner", "me", "IMG.0067"),
        ("protected", "True", "IMG.0017"),
        ("__isregistered", "yes", "IMG.0017"),
        ("status", "queued", "IMG.0017"),
        ("visibility", "shared", "IMG.0017"),
        ("virtual_env_type", "Ironic", "IMG.0017"),
        ("sort_key", "size", "IMG.0017"),
        ("sort_dir", "up", "IMG.0017"),
        ("__support_kvm", "false", "IMG.0017"),
        ("__support_kvm_gpu_type", "P4", "IMG.0017"),
        ("offset", "5", "IMG.0017"),
        ("name", &"x".repeat(256), "IMG.0017"),
    ] {
        assert_eq!(refused(name, value), code, "{name}={value}");
    }
}

#[test]
fn a_parameter_given_twice_is_refused() {
    let refusal = Query::parse(&pairs(&[("name", "a"), ("name", "b")])).unwrap_err();
    assert_eq!(refusal.code(), "IMG.0017");
}

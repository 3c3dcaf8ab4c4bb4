use std::collections::BTreeSet;

use super::*;

#[test]
fn no_two_operations_are_found_in_the_same_place() {
    let mut seen = BTreeSet::new();
    let served = ROUTES.iter().flat_map(|route| {
        route
            .paths
            .iter()
            .map(|path| (route.verb.as_str(), *path, route.action))
    });
    let absent = ABSENT
        .iter()
        .map(|absent| (absent.verb.as_str(), absent.path, absent.action));
    for place in served.chain(absent) {
        assert!(seen.insert(place), "{place:?} is there twice");
    }
}

#[test]
fn every_variable_of_a_path_is_a_declared_parameter() {
    for route in ROUTES {
        for path in route.paths {
            for segment in path.split('/').filter(|segment| segment.starts_with('{')) {
                let name = segment.trim_matches(['{', '}']);
                let declared = route.fields.iter().any(|field| field.name == name);
                assert!(declared, "{} does not declare {name}", route.name);
            }
        }
    }
}

#[test]
fn the_table_names_every_operation_once_for_each_path() {
    assert_eq!(OPERATIONS[0].name, "QueryApiJob");
    for route in ROUTES {
        for path in route.paths {
            let rows = OPERATIONS
                .iter()
                .filter(|row| row.name == route.name && row.path == *path);
            assert_eq!(rows.count(), 1, "{} {path}", route.name);
        }
    }
    assert_eq!(
        OPERATIONS
            .iter()
            .filter(|row| row.state == Coverage::Absent)
            .count(),
        ABSENT.len()
    );
}

use serde_json::json;

use super::*;
use crate::query::Condition;
use crate::wire::backup_storage::BackupStorage;

fn some_rows() -> Vec<Value> {
    vec![
        json!({
            "uuid": "1", "name": "b", "totalCapacity": 9, "attachedZoneUuids": ["z"],
            "createDate": "Nov 13, 2017 9:29:27 AM",
        }),
        json!({
            "uuid": "2", "name": "a", "totalCapacity": 10, "attachedZoneUuids": [],
            "createDate": "Dec 1, 2016 12:00:00 AM",
        }),
        json!({
            "uuid": "3", "name": "c", "description": "d", "totalCapacity": 100,
            "createDate": "Nov 13, 2017 1:00:00 PM",
        }),
    ]
}

fn read(pairs: &[(&str, &str)]) -> Query {
    let pairs: Vec<(String, String)> = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Query::read(&pairs).unwrap()
}

fn uuids(rows: &[Value]) -> Vec<&str> {
    rows.iter()
        .map(|row| row["uuid"].as_str().unwrap())
        .collect()
}

#[test]
fn values_are_compared_as_what_they_are() {
    for (text, expected) in [
        ("name=a", vec!["2"]),
        ("name!=a", vec!["1", "3"]),
        ("name?=a,c", vec!["2", "3"]),
        ("name!?=a,c", vec!["1"]),
        ("name~=A%", vec!["2"]),
        ("name!~=a%", vec!["1", "3"]),
        ("totalCapacity>9", vec!["2", "3"]),
        ("totalCapacity<=10", vec!["1", "2"]),
        ("totalCapacity?=9,100", vec!["1", "3"]),
        ("totalCapacity!?=9,100", vec!["2"]),
        ("totalCapacity~=1%", vec!["2", "3"]),
        ("totalCapacity=x", vec![]),
        ("description is null", vec!["1", "2"]),
        ("description not null", vec!["3"]),
        ("description!=d", vec![]),
        ("attachedZoneUuids=z", vec!["1"]),
        ("attachedZoneUuids is null", vec!["2", "3"]),
        ("createDate>2017-11-13 09:29:27", vec!["3"]),
        ("createDate<=2017-11-13T09:29:27Z", vec!["1", "2"]),
        ("createDate=2016-12-01 00:00:00", vec!["2"]),
        ("createDate!=Dec 1, 2016 12:00:00 AM", vec!["1", "3"]),
        ("createDate~=%2017%", vec!["1", "3"]),
    ] {
        let query = read(&[("q", text)]);
        let Condition { field, test } = &query.conditions[0];
        let mut rows = some_rows();
        rows.retain(|row| meets(field, row.get(field), test));
        assert_eq!(uuids(&rows), expected, "{text}");
    }
}

#[test]
fn rows_are_ordered_grouped_and_paged() {
    for (pairs, expected, total) in [
        (vec![], vec!["1", "2", "3"], 3),
        (vec![("sort", "name")], vec!["2", "1", "3"], 3),
        (vec![("sort", "-totalCapacity")], vec!["3", "2", "1"], 3),
        (vec![("sort", "createDate")], vec!["2", "1", "3"], 3),
        (vec![("start", "1"), ("limit", "1")], vec!["2"], 3),
        (vec![("limit", "0")], vec![], 3),
        (vec![("groupBy", "description")], vec!["1", "3"], 2),
        (
            vec![
                ("groupBy", "description"),
                ("sort", "-uuid"),
                ("limit", "1"),
            ],
            vec!["3"],
            2,
        ),
    ] {
        let page = page(&read(&pairs), some_rows());
        assert_eq!(
            (uuids(&page.rows), page.total),
            (expected, total),
            "{pairs:?}"
        );
    }
}

#[test]
fn tags_are_tried_and_not_shown() {
    let tags = json!(["a", "b"]);
    for (text, some, none) in [
        ("__userTag__=a", true, false),
        ("__userTag__!=a", false, true),
        ("__userTag__?=x,b", true, false),
        ("__userTag__!?=x,y", true, true),
        ("__userTag__~=A%", true, false),
        ("__userTag__!~=a%", false, true),
        ("__userTag__ is null", false, true),
        ("__userTag__ not null", true, false),
    ] {
        let test = &read(&[("q", text)]).conditions[0].test;
        assert_eq!(tags_meet(Some(&tags), test), some, "{text}");
        assert_eq!(tags_meet(Some(&json!([])), test), none, "{text}");
        assert_eq!(tags_meet(None, test), none, "{text}");
    }
    let row = json!({"uuid": "1", SYSTEM_TAGS: ["a"], USER_TAGS: []});
    assert_eq!(page(&read(&[]), vec![row]).rows, vec![json!({"uuid": "1"})]);
}

#[test]
fn only_the_chosen_fields_are_shown() {
    let mut rows = some_rows();
    keep_fields::<BackupStorage>(&read(&[("fields", "uuid, name")]), &mut rows).unwrap();
    assert_eq!(rows[2], json!({"uuid": "3", "name": "c"}));
    let unknown = read(&[("fields", "uuid,colour")]);
    assert!(keep_fields::<BackupStorage>(&unknown, &mut rows).is_err());
}

use gaze_domain::{RegionId, ZoneId};
use uuid::Uuid;

use super::*;
use crate::map::testing;

const PROJECT: u128 = 7;

fn project() -> ProjectId {
    ProjectId::new(Uuid::from_u128(PROJECT))
}

fn asked(body: &str) -> Result<ImageList> {
    let params = Params::from_body(body.as_bytes()).expect("JSON");
    custom(&params, project(), &testing::names())
}

/// What every list of custom images in Beijing asks for.
fn always() -> Vec<Condition> {
    vec![
        Condition::not_eq(Field::Visibility, Visibility::Public),
        Condition::not_eq(Field::Status, Status::Deleted),
        Condition::InRegion(RegionId::new(Uuid::from_u128(1))),
        Condition::eq(Field::Media, "root-disk"),
        Condition::eq(Field::System, false),
    ]
}

#[test]
fn the_published_request_is_understood() {
    let list = asked(r#"{"regionId":"bj","limit":1,"condition":{"names":["北京02"]}}"#).unwrap();
    let mut conditions = always();
    conditions.push(Condition::any(Field::Name, ["北京02"]));
    assert_eq!(
        list,
        ImageList {
            scope: Scope::Visible {
                project: project(),
                shared: vec![MemberState::Accepted],
            },
            conditions,
            sort: vec![],
            start: Start::Offset(0),
            limit: 1,
        }
    );
}

#[test]
fn an_absent_condition_is_none() {
    for condition in [
        "",
        r#","condition":{}"#,
        r#","condition":null"#,
        r#","condition":{"names":[]}"#,
    ] {
        let list = asked(&format!(
            r#"{{"regionId":"bj","start":5,"limit":1000{condition}}}"#
        ));
        let list = list.unwrap();
        assert_eq!(list.conditions, always(), "{condition}");
        assert_eq!((list.start, list.limit), (Start::Offset(5), 1000));
    }
}

#[test]
fn the_common_zone_narrows_the_list() {
    for zone in ["bj02", "BJ02"] {
        let list = asked(&format!(
            r#"{{"regionId":"bj","zoneId":"{zone}","limit":1}}"#
        ))
        .unwrap();
        let mut conditions = always();
        let id = ZoneId::new(Uuid::from_u128(12));
        conditions.push(Condition::eq(Field::LocationZone, id));
        assert_eq!(list.conditions, conditions);
    }
}

#[test]
fn what_is_wrong_is_named() {
    for (body, expected) in [
        ("{}", "regionId: is missing"),
        (r#"{"regionId":"","limit":1}"#, "regionId: is missing"),
        (
            r#"{"regionId":5,"limit":1}"#,
            "regionId: has to be a string",
        ),
        (
            r#"{"regionId":"sh","limit":1}"#,
            r#"regionId: there is no region "sh""#,
        ),
        (
            r#"{"regionId":"BJ","limit":1}"#,
            r#"regionId: there is no region "BJ""#,
        ),
        (r#"{"regionId":"bj"}"#, "limit: is missing"),
        (
            r#"{"regionId":"bj","limit":0}"#,
            "limit: has to be from 1 to 1000",
        ),
        (
            r#"{"regionId":"bj","limit":1001}"#,
            "limit: has to be from 1 to 1000",
        ),
        (
            r#"{"regionId":"bj","limit":99999999999}"#,
            "limit: has to be from 1 to 1000",
        ),
        (
            r#"{"regionId":"bj","limit":-1}"#,
            "limit: has to be a whole number from 0",
        ),
        (
            r#"{"regionId":"bj","limit":1,"start":-1}"#,
            "start: has to be a whole number from 0",
        ),
        (
            r#"{"regionId":"bj","limit":1,"condition":[]}"#,
            "condition: has to be an object",
        ),
        (
            r#"{"regionId":"bj","limit":1,"condition":{"names":"a"}}"#,
            "names: has to be an array of strings",
        ),
        (
            r#"{"regionId":"bj","limit":1,"zoneId":"gz01"}"#,
            r#"zoneId: there is no zone "gz01" in region "bj""#,
        ),
    ] {
        assert_eq!(asked(body).unwrap_err().to_string(), expected, "{body}");
    }
}

#[test]
fn public_images_are_listed_with_or_without_a_region() {
    let list = |query: &str| {
        let params = Params::from_body(query.as_bytes()).expect("JSON");
        public(&params, project(), &testing::names())
    };
    let everywhere = list("{}").unwrap();
    let here = list(r#"{"regionId":"bj"}"#).unwrap();
    assert_eq!(here.conditions.len(), everywhere.conditions.len() + 1);
    let region = Condition::InRegion(RegionId::new(Uuid::from_u128(1)));
    assert_eq!(here.conditions.last(), Some(&region));
    assert!(
        everywhere
            .conditions
            .contains(&Condition::eq(Field::Visibility, Visibility::Public))
    );
    assert!(list(r#"{"regionId":"sh"}"#).is_err());
}

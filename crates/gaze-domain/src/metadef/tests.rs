use std::collections::BTreeMap;

use super::*;
use crate::json::Json;

fn text(text: &str) -> Json {
    Json::Text(text.into())
}

fn facts(pairs: &[(&str, Json)]) -> BTreeMap<String, Json> {
    let base = [("title", text("T")), ("type", text("string"))];
    let pairs = base.iter().chain(pairs);
    pairs.map(|(k, v)| ((*k).to_owned(), v.clone())).collect()
}

fn definition() -> Definition {
    Definition::new(facts(&[])).unwrap()
}

#[track_caller]
fn check<T: std::fmt::Debug>(result: Result<T>, expected: &str) {
    assert_eq!(result.unwrap_err().to_string(), expected);
}

#[test]
fn a_definition_states_what_the_schema_allows() {
    let all = facts(&[
        ("description", text("d")),
        ("operators", Json::List(vec![text("<or>")])),
        ("default", Json::Integer(8)),
        ("readonly", Json::Flag(true)),
        ("minimum", Json::Integer(-1)),
        ("maximum", Json::Decimal(1.5)),
        ("minLength", Json::Integer(0)),
        ("pattern", text("^a$")),
        ("enum", Json::List(vec![text("a"), Json::Integer(1)])),
        (
            "items",
            Json::Map(BTreeMap::from([("type".into(), text("integer"))])),
        ),
        ("uniqueItems", Json::Flag(false)),
        ("required", Json::List(vec![text("a")])),
    ]);
    assert_eq!(*Definition::new(all.clone()).unwrap().facts(), all);
}

#[test]
fn a_definition_that_breaks_a_rule_is_refused_by_the_facts_name() {
    for (name, value, expected) in [
        (
            "colour",
            text("red"),
            "colour: is none of what a definition of a property may state",
        ),
        ("title", Json::Null, "title: must be a string, not null"),
        (
            "type",
            text("float"),
            "type: \"float\" is none of array, boolean, integer, number, object, string",
        ),
        (
            "readonly",
            text("yes"),
            "readonly: must be a boolean, not a string",
        ),
        (
            "minimum",
            text("1"),
            "minimum: must be a number, not a string",
        ),
        (
            "maxLength",
            Json::Integer(-1),
            "maxLength: must be a whole number that is not negative, not -1",
        ),
        (
            "maxItems",
            Json::Decimal(0.5),
            "maxItems: must be a whole number that is not negative, not 0.5",
        ),
        (
            "operators",
            Json::List(vec![text("="), Json::Flag(true)]),
            "operators.1: must be a string, not true",
        ),
        (
            "required",
            Json::List(vec![text("a"), text("a")]),
            "required: names \"a\" twice",
        ),
        (
            "enum",
            Json::Map(BTreeMap::new()),
            "enum: must be an array, not an object",
        ),
        (
            "items",
            Json::Map(BTreeMap::from([("minimum".into(), Json::Integer(1))])),
            "items.minimum: states neither `type` nor `enum` of the items",
        ),
        (
            "description",
            text(&"x".repeat(MAX_TEXT + 1)),
            "description: must have 16384 bytes at most",
        ),
    ] {
        check(Definition::new(facts(&[(name, value)])), expected);
    }
    let mut without = facts(&[]);
    without.remove("title");
    check(Definition::new(without), "title: is required");
    let long = Json::List(vec![text(&"x".repeat(200)); 500]);
    check(
        Definition::new(facts(&[("enum", long)])),
        "definition: the definition must have 65536 bytes at most",
    );
}

#[test]
fn names_and_texts_have_limits() {
    assert!(check_name("name", &"é".repeat(MAX_NAME)).is_ok());
    check(
        check_name("name", &"x".repeat(MAX_NAME + 1)),
        "name: must have 80 characters at most",
    );
    check(check_name("name", ""), "name: must not be empty");
    check(
        check_name("name", "a\nb"),
        "name: must not hold control characters",
    );
    let long = NamespaceFacts {
        description: Some("x".repeat(MAX_DESCRIPTION + 1)),
        ..NamespaceFacts::named("a")
    };
    check(
        long.check(),
        "description: must have 500 characters at most",
    );
    let nul = NamespaceFacts {
        title: Some("a\0".into()),
        ..NamespaceFacts::named("a")
    };
    check(nul.check(), "display_name: must not hold the character NUL");
    assert!(check_room("tags", 999, 1, MAX_OF_A_KIND).is_ok());
    check(
        check_room("tags", 999, 2, MAX_OF_A_KIND),
        "tags: a namespace holds 1000 at most",
    );
}

#[test]
fn contents_are_checked_one_by_one_and_together() {
    let association = |name: &str| Association {
        resource_type: name.into(),
        prefix: None,
        target: None,
    };
    let object = Object {
        name: "o".into(),
        description: None,
        required: vec!["a".into()],
        properties: Definitions::from([("a".to_owned(), definition())]),
    };
    let full = Contents {
        associations: vec![association("OS::Glance::Image")],
        properties: vec![Property {
            name: "p".into(),
            definition: definition(),
        }],
        objects: vec![object.clone()],
        tags: vec!["t".into()],
    };
    full.check().unwrap();
    let mut twice = full.clone();
    twice.associations.push(association("OS::Glance::Image"));
    check(
        twice.check(),
        "resource type OS::Glance::Image already exists",
    );
    let mut twice = full.clone();
    twice.tags.push("t".into());
    check(twice.check(), "metadata tag t already exists");
    let mut bad = full.clone();
    bad.objects.push(Object {
        required: vec!["a".into(), "a".into()],
        ..object
    });
    check(bad.check(), "objects.1.required: names \"a\" twice");
    let mut bad = full;
    bad.associations = (0..=MAX_ASSOCIATIONS)
        .map(|at| association(&at.to_string()))
        .collect();
    check(
        bad.check(),
        "resource_type_associations: must have 100 entries at most, and has 101",
    );
}

#[test]
fn pages_of_tags_meet_without_a_gap() {
    let at = |seconds| Timestamp::from_second(seconds).unwrap();
    let tag = |name: &str, seconds| Dated::new(name.to_owned(), at(seconds));
    let tags = vec![tag("b", 1), tag("a", 1), tag("d", 3), tag("c", 2)];
    let names = |list: &TagList| -> Vec<String> {
        let cut = list.cut(tags.clone()).unwrap();
        cut.into_iter().map(|tag| tag.thing).collect()
    };
    assert_eq!(names(&TagList::all()), ["d", "c", "a", "b"]);
    let first = TagList {
        limit: Some(3),
        ..TagList::all()
    };
    assert_eq!(names(&first), ["d", "c", "a"]);
    let second = TagList {
        after: Some("a".into()),
        ..first
    };
    assert_eq!(names(&second), ["b"]);
    let by_name = TagList {
        key: TagKey::Name,
        direction: Direction::Ascending,
        ..TagList::all()
    };
    assert_eq!(names(&by_name), ["a", "b", "c", "d"]);
    let nowhere = TagList {
        after: Some("z".into()),
        ..TagList::all()
    };
    check(nowhere.cut(Vec::new()), "metadata tag z was not found");
}

#[test]
fn a_name_descending_is_the_reverse() {
    let at = Timestamp::from_second(1).unwrap();
    let list = TagList {
        key: TagKey::Name,
        ..TagList::all()
    };
    let tags = ["a", "c", "b"].map(|name| Dated::new(name.to_owned(), at));
    let cut = list.cut(tags.to_vec()).unwrap();
    let names: Vec<_> = cut.iter().map(|tag| tag.thing.as_str()).collect();
    assert_eq!(names, ["c", "b", "a"]);
}

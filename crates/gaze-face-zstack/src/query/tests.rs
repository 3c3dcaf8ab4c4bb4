use super::test::like;
use super::*;

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn condition(text: &str) -> Condition {
    Condition::read(text).unwrap()
}

#[test]
fn every_operator_is_understood() {
    let some = |comparison| Test::one(comparison, "v");
    let list = || vec!["a".to_owned(), "b".to_owned()];
    for (text, test) in [
        ("f=v", some(Comparison::Equal)),
        ("f!=v", some(Comparison::NotEqual)),
        ("f>v", some(Comparison::Greater)),
        ("f>=v", some(Comparison::GreaterOrEqual)),
        ("f<v", some(Comparison::Less)),
        ("f<=v", some(Comparison::LessOrEqual)),
        ("f?=a,b", Test::OneOf(list())),
        ("f!?=a,b", Test::NoneOf(list())),
        ("f~=%v", Test::Like("%v".into())),
        ("f!~=_v", Test::NotLike("_v".into())),
        ("f is null", Test::Null),
        ("f not null", Test::NotNull),
        (" f = v", Test::one(Comparison::Equal, " v")),
    ] {
        assert_eq!(condition(text).test, test, "{text}");
        assert_eq!(condition(text).field, "f", "{text}");
    }
}

#[test]
fn operators_are_tried_in_the_servers_order() {
    let odd = condition("a=b!=c");
    assert_eq!(
        (odd.field.as_str(), odd.test),
        ("a=b", Test::one(Comparison::NotEqual, "c"))
    );
}

#[test]
fn a_condition_without_an_operator_is_refused() {
    let Err(Failure::Text(status, text)) = Query::read(&pairs(&[("q", "uuid")])) else {
        unreachable!("it is refused");
    };
    assert_eq!(status.as_u16(), 400);
    assert!(text.starts_with(
        "Invalid query parameter. The 'uuid' in the parameter[q] doesn't contain any query operator."
    ));
}

#[test]
fn a_query_as_the_official_client_sends_it() {
    let query = Query::read(&pairs(&[
        ("q", "name=xx"),
        ("q", "state!=Disabled"),
        ("limit", "10"),
        ("start", "20"),
        ("replyWithCount", "true"),
        ("sort", "+name"),
        ("fields", "uuid,name"),
        ("fields", "state"),
        ("limit", "20"),
        ("whatever", "1"),
    ]))
    .unwrap();
    assert_eq!(query.conditions.len(), 2);
    assert_eq!((query.limit, query.start), (10, 20));
    assert!(query.with_total && !query.count);
    assert_eq!(
        query.sort,
        Some(Sort {
            field: "name".into(),
            direction: Direction::Ascending
        })
    );
    assert_eq!(query.fields, Some(vec!["uuid".into(), "name".into()]));
}

#[test]
fn an_order_may_have_a_sign() {
    for (text, field, direction) in [
        ("name", "name", Direction::Ascending),
        ("+name", "name", Direction::Ascending),
        (" name", "name", Direction::Ascending),
        ("-size", "size", Direction::Descending),
    ] {
        assert_eq!(
            Sort::read(text).unwrap(),
            Sort {
                field: field.into(),
                direction
            }
        );
    }
    assert!(Sort::read("-").is_err());
}

#[test]
fn pages_are_integers() {
    for odd in [
        ("limit", "x"),
        ("start", "-1"),
        ("limit", "1.5"),
        ("start", ""),
    ] {
        assert_eq!(
            Query::read(&pairs(&[odd])).unwrap_err(),
            Failure::bad_request(format!(
                "Invalid query parameter. '{}' must be an integer",
                odd.0
            )),
        );
    }
    let query = Query::read(&[]).unwrap();
    assert_eq!((query.limit, query.start), (DEFAULT_LIMIT, 0));
    assert_eq!(
        Query::read(&pairs(&[("limit", "4000000")])).unwrap().limit,
        MAX_LIMIT
    );
}

#[test]
fn there_is_no_filter_to_be_named() {
    let refusal = Query::read(&pairs(&[("filterName", "resourceBindings:a")])).unwrap_err();
    assert!(refusal.to_string().contains("resourceBindings:a"));
}

#[test]
fn a_negation_denies_its_opposite() {
    for (text, denied) in [
        ("f!=v", Some("f=v")),
        ("f!?=a,b", Some("f?=a,b")),
        ("f!~=v%", Some("f~=v%")),
        ("f is null", Some("f not null")),
        ("f=v", None),
        ("f>v", None),
        ("f?=v", None),
        ("f~=v", None),
        ("f not null", None),
    ] {
        assert_eq!(
            condition(text).test.negation(),
            denied.map(|text| condition(text).test),
            "{text}"
        );
    }
}

#[test]
fn a_query_has_a_bounded_number_of_conditions() {
    let many: Vec<_> = (0..=MAX_CONDITIONS)
        .map(|_| ("q".to_owned(), "a=b".to_owned()))
        .collect();
    assert!(Query::read(&many).is_err());
    assert!(Query::read(&many[1..]).is_ok());
}

#[test]
fn patterns_match_as_in_sql() {
    for (pattern, text, expected) in [
        ("%", "", true),
        ("", "", true),
        ("", "a", false),
        ("a%", "Abc", true),
        ("%c", "abc", true),
        ("%b%", "abc", true),
        ("a_c", "abc", true),
        ("a_c", "ac", false),
        ("%a%b%", "xxaxxb", true),
        ("%ab", "aab", true),
        ("图%", "图像", true),
        ("a", "b", false),
    ] {
        assert_eq!(like(pattern, text), expected, "{pattern} {text}");
    }
}

//! Values of filters: lists (`in:`), comparisons (`gte:`), times.

use gaze_domain::Timestamp;
use gaze_domain::list::{Condition, Field, Test};

use crate::errors::Refusal;

/// The values of a filter that takes `in:a,b,"c,d"`; one otherwise.
pub(crate) fn values(text: &str) -> Result<Vec<String>, Refusal> {
    let Some(list) = text.strip_prefix("in:") else {
        return Ok(vec![text.to_owned()]);
    };
    let bad = || {
        Refusal::bad_request(&format!(
            "Invalid filter value {list}. There is no comma after opening quote or before it."
        ))
    };
    let mut values = Vec::new();
    let mut rest = list;
    loop {
        let (value, behind) = if let Some(quoted) = rest.strip_prefix('"') {
            quoted.split_once('"').ok_or_else(bad)?
        } else {
            rest.split_at(rest.find(',').unwrap_or(rest.len()))
        };
        if value.contains('"') {
            return Err(bad());
        }
        values.push(value.to_owned());
        match behind.strip_prefix(',') {
            Some(next) => rest = next,
            None if behind.is_empty() => return Ok(values),
            None => return Err(bad()),
        }
    }
}

/// The condition of a filter on a time, with one of the operators `eq`, `neq`, `gt`, `gte`, `lt`
/// and `lte` before it. Times are shown in whole seconds, so one second is one value.
pub(crate) fn time(field: &Field, text: &str) -> Result<Condition, Refusal> {
    let (operator, text) = match text.split_once(':') {
        Some((word, rest)) if !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphabetic()) => {
            (word, rest)
        }
        _ => ("eq", text),
    };
    let at = instant(text).ok_or_else(|| {
        Refusal::bad_request(&format!("Invalid time format: {text:?} is not ISO 8601."))
    })?;
    let exact = at.subsec_nanosecond() == 0;
    let whole = Timestamp::from_second(at.as_second()).unwrap_or(at);
    let next = Timestamp::from_second(at.as_second().saturating_add(1)).unwrap_or(at);
    let from = |at: Timestamp| Condition::Field(field.clone(), Test::Ge(at.into()));
    let before = |at: Timestamp| Condition::Field(field.clone(), Test::Lt(at.into()));
    Ok(match operator {
        "eq" if !exact => Condition::AnyOf(Vec::new()),
        "eq" => Condition::AnyOf(vec![vec![from(whole), before(next)]]),
        "neq" => Condition::AnyOf(vec![vec![before(whole)], vec![from(next)]]),
        "gt" => from(next),
        "gte" if !exact => from(next),
        "gte" => from(whole),
        "lt" if !exact => before(next),
        "lt" => before(whole),
        "lte" => before(next),
        _ => {
            return Err(Refusal::bad_request(&format!(
                "Unable to filter by unknown operator '{operator}'."
            )));
        }
    })
}

/// ISO 8601 with or without a zone; without one, UTC.
fn instant(text: &str) -> Option<Timestamp> {
    text.parse()
        .or_else(|_no_zone| format!("{text}Z").parse())
        .or_else(|_no_time| format!("{text}T00:00:00Z").parse())
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_may_quote_commas() {
        for (text, expected) in [
            ("a", Some(vec!["a"])),
            ("a,b", Some(vec!["a,b"])),
            ("in:a", Some(vec!["a"])),
            ("in:a,b", Some(vec!["a", "b"])),
            ("in:\"a,b\",c", Some(vec!["a,b", "c"])),
            ("in:", Some(vec![""])),
            ("in:a\"b", None),
            ("in:\"a", None),
            ("in:\"a\"b", None),
        ] {
            let read = values(text).ok();
            let expected: Option<Vec<String>> =
                expected.map(|list| list.into_iter().map(str::to_owned).collect());
            assert_eq!(read, expected, "{text}");
        }
    }

    #[test]
    fn a_second_is_one_value() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (this, next) = (at("2026-11-21T10:00:00Z"), at("2026-11-21T10:00:01Z"));
        let from = |at: Timestamp| Condition::Field(Field::CreatedAt, Test::Ge(at.into()));
        let before = |at: Timestamp| Condition::Field(Field::CreatedAt, Test::Lt(at.into()));
        for (text, expected) in [
            ("gt:2026-11-21T10:00:00Z", from(next)),
            ("gte:2026-11-21T10:00:00", from(this)),
            ("lt:2026-11-21T10:00:00Z", before(this)),
            ("lte:2026-11-21T12:00:00+02:00", before(next)),
            (
                "2026-11-21T10:00:00Z",
                Condition::AnyOf(vec![vec![from(this), before(next)]]),
            ),
            (
                "neq:2026-11-21T10:00:00Z",
                Condition::AnyOf(vec![vec![before(this)], vec![from(next)]]),
            ),
            ("gte:2026-11-21T10:00:00.5Z", from(next)),
        ] {
            assert_eq!(time(&Field::CreatedAt, text).unwrap(), expected, "{text}");
        }
        for text in ["yesterday", "gt:", "about:2026-11-21T10:00:00Z"] {
            assert!(time(&Field::CreatedAt, text).is_err(), "{text}");
        }
    }
}

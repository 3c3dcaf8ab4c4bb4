//! Queries of the nouns of which there are few: filtered and ordered as JSON.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use gaze_domain::list::Direction;
use serde_json::{Map, Value};

use super::{Comparison, Query, Sort, Test, reach};
use crate::answer;
use crate::call::Call;
use crate::errors::Failure;
use crate::wire::{Inventory, date};

/// Fields of every noun that conditions may name and answers do not show.
pub(super) const SYSTEM_TAGS: &str = "__systemTag__";
pub(super) const USER_TAGS: &str = "__userTag__";

/// Rows of a page, and how many there are without paging.
#[derive(Debug, PartialEq)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Value>,
    pub(crate) total: u64,
}

/// Things as rows. Their tags come to them when a condition names them.
pub(crate) fn of<T: Inventory>(things: &[T]) -> Result<Vec<Value>, Failure> {
    things.iter().map(answer::json).collect()
}

/// Whether the name is that of a noun's tags.
pub(crate) fn is_tags(name: &str) -> bool {
    name == SYSTEM_TAGS || name == USER_TAGS
}

/// The rows that a query asks for. A condition on a list of words is true if one of them meets it.
pub(crate) async fn select<T: Inventory>(
    call: &Call,
    query: &Query,
    rows: Vec<Value>,
) -> Result<Page, Failure> {
    let noun = reach::Noun::of::<T>();
    for name in [
        query.sort.as_ref().map(|sort| &sort.field),
        query.group_by.as_ref(),
    ]
    .into_iter()
    .flatten()
    {
        noun.has(name)?;
    }
    let rows = reach::filter(call, noun, &query.conditions, rows).await?;
    Ok(page(query, rows))
}

/// Orders, groups and cuts.
pub(crate) fn page(query: &Query, mut rows: Vec<Value>) -> Page {
    if let Some(Sort { field, direction }) = &query.sort {
        rows.sort_by(|one, other| {
            let ordering = order(field, one.get(field), other.get(field));
            match direction {
                Direction::Ascending => ordering,
                Direction::Descending => ordering.reverse(),
            }
        });
    }
    if let Some(key) = &query.group_by {
        let mut seen = BTreeSet::new();
        rows.retain(|row| seen.insert(group(row, key)));
    }
    let total = rows.len() as u64;
    let start = usize::try_from(query.start).unwrap_or(usize::MAX);
    let rows = rows
        .into_iter()
        .skip(start)
        .take(query.limit as usize)
        .map(without_tags)
        .collect();
    Page { rows, total }
}

/// By what a row is told from those of other groups. Rows without the key are one group.
pub(crate) fn group(row: &Value, key: &str) -> Option<String> {
    row.get(key).map(Value::to_string)
}

fn without_tags(mut row: Value) -> Value {
    if let Some(map) = row.as_object_mut() {
        map.retain(|key, _| !is_tags(key));
    }
    row
}

/// Keeps the keys that `fields` asks for.
pub(crate) fn keep_fields<T: Inventory>(query: &Query, rows: &mut [Value]) -> Result<(), Failure> {
    let Some(fields) = &query.fields else {
        return Ok(());
    };
    let noun = reach::Noun::of::<T>();
    fields.iter().try_for_each(|name| noun.has(name))?;
    for row in rows.iter_mut().filter_map(Value::as_object_mut) {
        let kept: Map<String, Value> = std::mem::take(row)
            .into_iter()
            .filter(|(key, _)| fields.contains(key))
            .collect();
        *row = kept;
    }
    Ok(())
}

/// Whether the value of that field meets the test.
pub(crate) fn meets(field: &str, value: Option<&Value>, test: &Test) -> bool {
    match (value, test) {
        (None | Some(Value::Null), test) => *test == Test::Null,
        (Some(Value::Array(items)), Test::Null) => items.is_empty(),
        (Some(Value::Array(items)), test) => {
            items.iter().any(|item| meets(field, Some(item), test))
        }
        (Some(Value::Number(number)), test) => number_meets(number.as_i64(), test),
        (Some(Value::String(text)), test) if is_date(field) => date_meets(text, test),
        (Some(Value::String(text)), test) => test.accepts(text),
        (Some(other), test) => test.accepts(&other.to_string()),
    }
}

fn number_meets(number: Option<i64>, test: &Test) -> bool {
    let read = |word: &str| word.trim().parse::<i64>().ok();
    match (number, test) {
        (None, _) | (_, Test::Null) => false,
        (Some(number), Test::Compare(comparison, wanted)) => {
            read(wanted).is_some_and(|wanted| comparison.holds(number.cmp(&wanted)))
        }
        (Some(number), Test::OneOf(words)) => words.iter().any(|word| read(word) == Some(number)),
        (Some(number), Test::NoneOf(words)) => words.iter().all(|word| read(word) != Some(number)),
        (Some(number), Test::Like(_) | Test::NotLike(_) | Test::NotNull) => {
            test.accepts(&number.to_string())
        }
    }
}

fn is_date(field: &str) -> bool {
    field.ends_with("Date")
}

/// Dates are compared as instants, in whatever form they are written.
fn date_meets(shown: &str, test: &Test) -> bool {
    let instant = date::read(shown);
    let equals = |word: &String| word == shown || (date::read(word.trim()) == instant);
    match test {
        Test::Compare(Comparison::Equal, word) => equals(word),
        Test::Compare(Comparison::NotEqual, word) => !equals(word),
        Test::Compare(comparison, word) => match (instant, date::read(word.trim())) {
            (Some(instant), Some(wanted)) => comparison.holds(instant.cmp(&wanted)),
            _ => false,
        },
        Test::OneOf(words) => words.iter().any(equals),
        Test::NoneOf(words) => !words.iter().any(equals),
        Test::Like(_) | Test::NotLike(_) | Test::Null | Test::NotNull => test.accepts(shown),
    }
}

/// Whether the tags of a thing meet the test: one of them does, or, where the test is a negation,
/// none of them meets its opposite.
pub(crate) fn tags_meet(tags: Option<&Value>, test: &Test) -> bool {
    let any = |test: &Test| {
        tags.and_then(Value::as_array).is_some_and(|tags| {
            tags.iter()
                .filter_map(Value::as_str)
                .any(|tag| test.accepts(tag))
        })
    };
    match test.negation() {
        Some(opposite) => !any(&opposite),
        None => any(test),
    }
}

fn order(field: &str, one: Option<&Value>, other: Option<&Value>) -> Ordering {
    match (one, other) {
        (Some(Value::Number(one)), Some(Value::Number(other))) => one.as_i64().cmp(&other.as_i64()),
        (Some(Value::String(one)), Some(Value::String(other))) if is_date(field) => {
            date::read(one).cmp(&date::read(other))
        }
        (Some(Value::String(one)), Some(Value::String(other))) => one.cmp(other),
        (one, other) => one.map(Value::to_string).cmp(&other.map(Value::to_string)),
    }
}

#[cfg(test)]
mod tests;

//! Queries of the nouns of which there are few: filtered and ordered as JSON.

use std::cmp::Ordering;

use gaze_domain::list::Direction;
use serde_json::{Map, Value};

use super::{Query, Test};
use crate::errors::{Code, Failure, api};
use crate::wire::Inventory;

/// Rows of a page, and how many there are without paging.
#[derive(Debug, PartialEq)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Value>,
    pub(crate) total: u64,
}

/// The rows that a query asks for. A condition on a list of words is true if one of them meets it.
pub(crate) fn select<T: Inventory>(query: &Query, rows: Vec<Value>) -> Result<Page, Failure> {
    if let Some(parameter) = query.unsupported {
        return Err(api(
            Code::Unsupported,
            format!("the query parameter[{parameter}] is not supported yet"),
        ));
    }
    let named = query.conditions.iter().map(|condition| &condition.field);
    for name in named.chain(query.sort.as_ref().map(|sort| &sort.field)) {
        known::<T>(name)?;
    }
    let mut rows: Vec<Value> = rows
        .into_iter()
        .filter(|row| {
            query
                .conditions
                .iter()
                .all(|condition| meets(row.get(&condition.field), &condition.test))
        })
        .collect();
    if let Some(sort) = &query.sort {
        rows.sort_by(|one, other| {
            let ordering = order(one.get(&sort.field), other.get(&sort.field));
            match sort.direction {
                Direction::Ascending => ordering,
                Direction::Descending => ordering.reverse(),
            }
        });
    }
    let total = rows.len() as u64;
    let start = usize::try_from(query.start).unwrap_or(usize::MAX);
    let rows = rows
        .into_iter()
        .skip(start)
        .take(query.limit as usize)
        .collect();
    Ok(Page { rows, total })
}

/// Keeps the keys that `fields` asks for.
pub(crate) fn keep_fields<T: Inventory>(query: &Query, rows: &mut [Value]) -> Result<(), Failure> {
    let Some(fields) = &query.fields else {
        return Ok(());
    };
    fields.iter().try_for_each(|name| known::<T>(name))?;
    for row in rows.iter_mut().filter_map(Value::as_object_mut) {
        let kept: Map<String, Value> = std::mem::take(row)
            .into_iter()
            .filter(|(key, _)| fields.contains(key))
            .collect();
        *row = kept;
    }
    Ok(())
}

fn known<T: Inventory>(name: &str) -> Result<(), Failure> {
    if T::FIELDS.contains(&name) {
        Ok(())
    } else {
        Err(api(
            Code::Internal,
            format!("inventory class[{}] has no field[{name}]", T::CLASS),
        ))
    }
}

fn meets(value: Option<&Value>, test: &Test) -> bool {
    match (value, test) {
        (None | Some(Value::Null), test) => *test == Test::Null,
        (Some(Value::Array(items)), Test::Null) => items.is_empty(),
        (Some(Value::Array(items)), test) => items.iter().any(|item| meets(Some(item), test)),
        (Some(Value::Number(number)), Test::Compare(comparison, wanted)) => {
            match (number.as_i64(), wanted.trim().parse::<i64>()) {
                (Some(number), Ok(wanted)) => comparison.holds(number.cmp(&wanted)),
                _ => false,
            }
        }
        (Some(Value::String(text)), test) => test.accepts(text),
        (Some(other), test) => test.accepts(&other.to_string()),
    }
}

fn order(one: Option<&Value>, other: Option<&Value>) -> Ordering {
    match (one, other) {
        (Some(Value::Number(one)), Some(Value::Number(other))) => one.as_i64().cmp(&other.as_i64()),
        (Some(Value::String(one)), Some(Value::String(other))) => one.cmp(other),
        (one, other) => one.map(Value::to_string).cmp(&other.map(Value::to_string)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::wire::backup_storage::BackupStorage;

    fn rows() -> Vec<Value> {
        vec![
            json!({"uuid": "1", "name": "b", "totalCapacity": 9, "attachedZoneUuids": ["z"]}),
            json!({"uuid": "2", "name": "a", "totalCapacity": 10, "attachedZoneUuids": []}),
            json!({"uuid": "3", "name": "c", "description": "d", "totalCapacity": 100}),
        ]
    }

    fn uuids(pairs: &[(&str, &str)]) -> Result<(Vec<String>, u64), Failure> {
        let pairs: Vec<(String, String)> = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let page = select::<BackupStorage>(&Query::read(&pairs)?, rows())?;
        let uuids = page
            .rows
            .iter()
            .map(|row| row["uuid"].as_str().unwrap().to_owned());
        Ok((uuids.collect(), page.total))
    }

    #[test]
    fn rows_are_filtered_ordered_and_paged() {
        for (pairs, expected, total) in [
            (vec![], vec!["1", "2", "3"], 3),
            (vec![("q", "name=a")], vec!["2"], 1),
            (vec![("q", "name!=a"), ("q", "uuid!=1")], vec!["3"], 1),
            (vec![("q", "totalCapacity>9")], vec!["2", "3"], 2),
            (vec![("q", "description is null")], vec!["1", "2"], 2),
            (vec![("q", "description not null")], vec!["3"], 1),
            (vec![("q", "attachedZoneUuids=z")], vec!["1"], 1),
            (vec![("sort", "name")], vec!["2", "1", "3"], 3),
            (vec![("sort", "-totalCapacity")], vec!["3", "2", "1"], 3),
            (vec![("start", "1"), ("limit", "1")], vec!["2"], 3),
            (vec![("limit", "0")], vec![], 3),
        ] {
            let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
            assert_eq!(uuids(&pairs).unwrap(), (expected, total), "{pairs:?}");
        }
    }

    #[test]
    fn unknown_fields_are_refused() {
        assert!(uuids(&[("q", "colour=red")]).is_err());
        assert!(uuids(&[("sort", "colour")]).is_err());
        let query = Query::read(&[("fields".into(), "uuid,colour".into())]).unwrap();
        assert!(keep_fields::<BackupStorage>(&query, &mut rows()).is_err());
    }

    #[test]
    fn only_the_chosen_fields_are_shown() {
        let query = Query::read(&[("fields".into(), "uuid,name".into())]).unwrap();
        let mut rows = rows();
        keep_fields::<BackupStorage>(&query, &mut rows).unwrap();
        assert_eq!(rows[2], json!({"uuid": "3", "name": "c"}));
    }
}

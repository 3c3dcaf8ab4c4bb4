//! Conditions on rows, on fields of their own and on those of nouns that they are joined with.

use std::collections::BTreeSet;
use std::pin::Pin;

use serde_json::Value;

use super::tables::{Relation, Table};
use super::{Condition, images, rows, tags};
use crate::call::Call;
use crate::errors::{Code, Failure, api};
use crate::wire::Inventory;

/// Most dots of a field.
const MAX_HOPS: usize = 4;

/// What conditions on a noun may name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noun {
    class: &'static str,
    fields: &'static [&'static str],
    table: Option<Table>,
}

/// A field's name, understood.
enum Place<'f> {
    Own(&'f str),
    Tags(&'f str),
    Behind(&'static Relation, &'f str),
}

impl Noun {
    pub(crate) fn of<T: Inventory>() -> Self {
        Self {
            class: T::CLASS,
            fields: T::FIELDS,
            table: Table::of(T::CLASS),
        }
    }

    fn of_table(table: Table) -> Self {
        Self {
            class: table.class(),
            fields: table.fields(),
            table: Some(table),
        }
    }

    /// Refuses the name of a field that the noun itself does not have.
    pub(crate) fn has(self, name: &str) -> Result<(), Failure> {
        if self.fields.contains(&name) {
            Ok(())
        } else {
            Err(self.unknown(name))
        }
    }

    fn unknown(self, name: &str) -> Failure {
        api(
            Code::Internal,
            format!("inventory class[{}] has no field[{name}]", self.class),
        )
    }

    fn place(self, name: &str) -> Result<Place<'_>, Failure> {
        if rows::is_tags(name) {
            return Ok(Place::Tags(name));
        }
        match name.split_once('.') {
            None => self.has(name).map(|()| Place::Own(name)),
            Some((first, rest)) => self
                .table
                .and_then(|table| table.relation(first))
                .map(|relation| Place::Behind(relation, rest))
                .ok_or_else(|| self.unknown(name)),
        }
    }
}

/// The rows that meet all the conditions.
pub(crate) async fn filter(
    call: &Call,
    noun: Noun,
    conditions: &[Condition],
    rows: Vec<Value>,
) -> Result<Vec<Value>, Failure> {
    narrow(call, noun, conditions, rows, 0).await
}

/// The rows of a table that meet the condition.
pub(crate) async fn rows_meeting(
    call: &Call,
    table: Table,
    condition: Condition,
) -> Result<Vec<Value>, Failure> {
    let rows = table.rows(call).await?;
    filter(call, Noun::of_table(table), &[condition], rows).await
}

type Narrowed<'a> = Pin<Box<dyn Future<Output = Result<Vec<Value>, Failure>> + Send + 'a>>;

fn narrow<'a>(
    call: &'a Call,
    noun: Noun,
    conditions: &'a [Condition],
    mut rows: Vec<Value>,
    hops: usize,
) -> Narrowed<'a> {
    Box::pin(async move {
        for Condition { field, test } in conditions {
            match noun.place(field)? {
                Place::Own(name) => rows.retain(|row| rows::meets(name, row.get(name), test)),
                Place::Tags(name) => {
                    tags::fill(call, noun.class, &mut rows).await?;
                    rows.retain(|row| rows::tags_meet(row.get(name), test));
                }
                Place::Behind(relation, rest) => {
                    if hops == MAX_HOPS {
                        return Err(noun.unknown(field));
                    }
                    let condition = Condition {
                        field: rest.to_owned(),
                        test: test.clone(),
                    };
                    let near: BTreeSet<String> = rows
                        .iter()
                        .flat_map(|row| words(row.get(relation.near)))
                        .map(str::to_owned)
                        .collect();
                    let keys = keys(call, relation, condition, near, hops + 1).await?;
                    rows.retain(|row| words(row.get(relation.near)).any(|key| keys.contains(key)));
                }
            }
        }
        Ok(rows)
    })
}

/// Of our keys, those by which a row that meets the condition is joined; perhaps with others.
async fn keys(
    call: &Call,
    relation: &'static Relation,
    condition: Condition,
    near: BTreeSet<String>,
    hops: usize,
) -> Result<BTreeSet<String>, Failure> {
    if relation.to == Table::Image {
        return images::keys(call, relation.far, condition, near).await;
    }
    let rows = relation.to.rows(call).await?;
    let noun = Noun::of_table(relation.to);
    let rows = narrow(call, noun, std::slice::from_ref(&condition), rows, hops).await?;
    Ok(rows
        .iter()
        .flat_map(|row| words(row.get(relation.far)))
        .map(str::to_owned)
        .collect())
}

/// The text or texts of a key.
fn words(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let (one, several) = match value {
        Some(Value::Array(items)) => (None, items.as_slice()),
        Some(other) => (other.as_str(), [].as_slice()),
        None => (None, [].as_slice()),
    };
    one.into_iter()
        .chain(several.iter().filter_map(Value::as_str))
}

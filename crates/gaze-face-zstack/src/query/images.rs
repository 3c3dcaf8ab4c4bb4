//! Queries of images, translated for the catalogue.
//!
//! Conditions on an image and on its copies are the catalogue's. Those on the backup storages of
//! the copies, and on volumes, are tried on these first, since there are few: what meets them is a
//! set of ids for the catalogue to compare with.

mod fields;
mod pages;
mod tags;

use std::collections::BTreeSet;

use gaze_domain::list::{Condition as Ours, Field, ImageList, Scope, Sort, Start, Test as Asked};
use gaze_domain::{MemberState, StoreId};
use serde_json::Value;

use super::{Comparison, Condition, Query, Table, Test, reach};
use crate::call::Call;
use crate::errors::Failure;

pub(crate) use pages::{groups, keys, read};
pub(crate) use tags::is_boot_mode;

/// Most values of one `In` of the catalogue.
const CHUNK: usize = 1000;

/// The list that a query asks for, of the images that the caller's project may see.
pub(crate) async fn list(call: &Call, query: &Query, scope: Scope) -> Result<ImageList, Failure> {
    let mut list = ImageList::new(scope, query.limit);
    for condition in &query.conditions {
        list.conditions.push(translate(call, condition).await?);
    }
    if let Some(sort) = &query.sort {
        list.sort.push(Sort {
            field: fields::sort_field(&sort.field)?,
            direction: sort.direction,
        });
    }
    if query.start > 0 {
        list.start = Start::Offset(query.start);
    }
    Ok(list)
}

/// What an account sees: its own images, public ones, and those shared with it.
pub(crate) fn visible(caller: &gaze_domain::Caller) -> Scope {
    if caller.is_admin() {
        Scope::All
    } else {
        Scope::Visible {
            project: caller.project,
            shared: vec![MemberState::Accepted],
        }
    }
}

/// Where a condition is to be tried first.
#[derive(Debug, PartialEq, Eq)]
enum Way<'f> {
    /// On the image and its copies.
    Own,
    /// On backup storages, by that field of theirs.
    Stores(&'f str),
    /// On volumes, likewise.
    Volumes(&'f str),
    /// On the paths of the copies, which begin with the address of their backup storage.
    Paths,
}

fn way(field: &str) -> Way<'_> {
    match field.split_once('.') {
        Some(("backupStorage", "uuid" | "name")) => Way::Own,
        Some(("backupStorage", rest)) => Way::Stores(rest),
        Some(("volume", rest)) => Way::Volumes(rest),
        Some(("backupStorageRef" | "backupStorageRefs", rest)) => match rest.split_once('.') {
            Some(("backupStorage", rest)) => Way::Stores(rest),
            None if rest == "installPath" => Way::Paths,
            _ => Way::Own,
        },
        _ => Way::Own,
    }
}

async fn translate(call: &Call, condition: &Condition) -> Result<Ours, Failure> {
    let on = |field: &str| Condition {
        field: field.to_owned(),
        test: condition.test.clone(),
    };
    Ok(match way(&condition.field) {
        Way::Own => fields::translate(condition)?,
        Way::Stores(rest) => {
            let met = reach::rows_meeting(call, Table::BackupStorage, on(rest)).await?;
            among(Field::LocationStore, &texts(&met, "uuid"))
        }
        Way::Volumes(rest) => {
            let met = reach::rows_meeting(call, Table::Volume, on(rest)).await?;
            let roots = texts(&met, "uuid");
            let mut machines = Table::VmInstance.rows(call).await?;
            machines.retain(|machine| {
                let root = machine.get("rootVolumeUuid").and_then(Value::as_str);
                root.is_some_and(|root| roots.contains(root))
            });
            among(Field::Id, &texts(&machines, "imageUuid"))
        }
        Way::Paths => paths(call, condition).await?,
    })
}

/// That a field has one of the values.
fn among(field: Field, values: &BTreeSet<String>) -> Ours {
    let values: Vec<String> = values.iter().cloned().collect();
    if values.len() <= CHUNK {
        return Ours::any(field, values);
    }
    let chunks = values.chunks(CHUNK);
    Ours::AnyOf(
        chunks
            .map(|chunk| vec![Ours::any(field.clone(), chunk.to_vec())])
            .collect(),
    )
}

fn texts(rows: &[Value], key: &str) -> BTreeSet<String> {
    rows.iter()
        .filter_map(|row| row.get(key).and_then(Value::as_str))
        .map(str::to_owned)
        .collect()
}

/// A path is compared as a whole; with anything else, it is no field.
async fn paths(call: &Call, condition: &Condition) -> Result<Ours, Failure> {
    let wanted = match &condition.test {
        Test::Compare(Comparison::Equal, path) => std::slice::from_ref(path),
        Test::OneOf(paths) => paths.as_slice(),
        Test::NotNull => return Ok(Ours::Field(Field::LocationKey, Asked::NotNull)),
        Test::Null => return Ok(Ours::Field(Field::LocationKey, Asked::IsNull)),
        Test::Compare(..) | Test::NoneOf(_) | Test::Like(_) | Test::NotLike(_) => {
            return Err(fields::unknown(&condition.field));
        }
    };
    let names = call
        .app
        .catalogue_names(call.caller()?)
        .await
        .map_err(|error| call.failure(&error))?;
    let mut found = Vec::new();
    for path in wanted {
        for store in &names.stores {
            let url = store.url.trim_end_matches('/');
            if let Some(key) = path
                .strip_prefix(url)
                .and_then(|rest| rest.strip_prefix('/'))
            {
                found.push(vec![
                    Ours::eq(Field::LocationStore, StoreId::hex(store.id)),
                    Ours::eq(Field::LocationKey, key),
                ]);
            }
        }
    }
    Ok(Ours::AnyOf(found))
}

#[cfg(test)]
mod tests;

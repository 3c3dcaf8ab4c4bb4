//! Objects of namespaces.

use gaze_domain::metadef::{Dated, Object};
use gaze_domain::{NamespaceId, Noun, Timestamp};
use gaze_sql::{Tx, Value};

use super::{Shelf, dated, definition, named};
use crate::columns::{Columns, all, micros, one};
use crate::{Failure, Rows};

const SHELF: Shelf = Shelf {
    table: "metadef_object",
    key: "name",
    noun: Noun::MetadefObject,
};

const SELECT: &str = "SELECT name, description, required, properties, created_at, updated_at \
                      FROM metadef_object WHERE namespace_id = $1";

fn decode(c: &mut Columns<'_>) -> Result<Dated<Object>, Failure> {
    let object = Object {
        name: c.text()?,
        description: c.opt_text()?,
        required: definition::read_names(&c.text()?)?,
        properties: definition::read_all(&c.text()?)?,
    };
    dated(object, c)
}

fn args(of: NamespaceId, object: &Object, now: Timestamp) -> Vec<Value> {
    vec![
        of.hex().into(),
        (&object.name).into(),
        object.description.clone().into(),
        definition::names(&object.required),
        definition::texts(&object.properties),
        micros(now),
    ]
}

pub async fn insert(
    tx: &mut Tx,
    of: NamespaceId,
    object: &Object,
    now: Timestamp,
) -> Result<(), Failure> {
    let sql = "INSERT INTO metadef_object (namespace_id, name, description, required, properties,
               created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT DO NOTHING";
    let inserted = tx.execute(sql, &args(of, object, now)).await;
    SHELF.inserted(inserted, &object.name)
}

/// Replaces the object of that name.
pub async fn update(
    tx: &mut Tx,
    of: NamespaceId,
    name: &str,
    object: &Object,
    now: Timestamp,
) -> Result<(), Failure> {
    let sql = "UPDATE metadef_object SET name = $2, description = $3, required = $4,
               properties = $5, updated_at = $6 WHERE namespace_id = $1 AND name = $7";
    let mut args = args(of, object, now);
    args.push(name.into());
    SHELF.changed(tx.execute(sql, &args).await, name, &object.name)
}

pub async fn find(
    rows: &mut impl Rows,
    of: NamespaceId,
    name: &str,
) -> Result<Option<Dated<Object>>, Failure> {
    one(
        rows,
        &format!("{SELECT} AND name = $2"),
        &named(of, name),
        decode,
    )
    .await
}

/// In the order in which they came; of those that came together, by name.
pub async fn list(rows: &mut impl Rows, of: NamespaceId) -> Result<Vec<Dated<Object>>, Failure> {
    let sql = format!("{SELECT} ORDER BY created_at, name");
    all(rows, &sql, &[of.hex().into()], decode).await
}

pub async fn count(rows: &mut impl Rows, of: NamespaceId) -> Result<u64, Failure> {
    SHELF.count(rows, of).await
}

pub async fn remove(tx: &mut Tx, of: NamespaceId, name: &str) -> Result<(), Failure> {
    SHELF.remove(tx, of, name).await
}

pub async fn clear(tx: &mut Tx, of: NamespaceId) -> Result<(), Failure> {
    SHELF.clear(tx, of).await
}

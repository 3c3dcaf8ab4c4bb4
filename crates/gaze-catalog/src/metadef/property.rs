//! Properties of namespaces that belong to no object.

use gaze_domain::metadef::{Dated, Property};
use gaze_domain::{NamespaceId, Noun, Timestamp};
use gaze_sql::{Tx, Value};

use super::{Shelf, dated, definition, named};
use crate::columns::{Columns, all, micros, one};
use crate::{Failure, Rows};

const SHELF: Shelf = Shelf {
    table: "metadef_property",
    key: "name",
    noun: Noun::MetadefProperty,
};

const SELECT: &str = "SELECT name, definition, created_at, updated_at FROM metadef_property \
                      WHERE namespace_id = $1";

fn decode(c: &mut Columns<'_>) -> Result<Dated<Property>, Failure> {
    let property = Property {
        name: c.text()?,
        definition: definition::read(&c.text()?)?,
    };
    dated(property, c)
}

fn args(of: NamespaceId, property: &Property, now: Timestamp) -> Vec<Value> {
    vec![
        of.hex().into(),
        (&property.name).into(),
        definition::text(&property.definition),
        micros(now),
    ]
}

pub async fn insert(
    tx: &mut Tx,
    of: NamespaceId,
    property: &Property,
    now: Timestamp,
) -> Result<(), Failure> {
    let sql = "INSERT INTO metadef_property (namespace_id, name, definition, created_at,
               updated_at) VALUES ($1, $2, $3, $4, $4) ON CONFLICT DO NOTHING";
    let inserted = tx.execute(sql, &args(of, property, now)).await;
    SHELF.inserted(inserted, &property.name)
}

/// Replaces the property of that name.
pub async fn update(
    tx: &mut Tx,
    of: NamespaceId,
    name: &str,
    property: &Property,
    now: Timestamp,
) -> Result<(), Failure> {
    let sql = "UPDATE metadef_property SET name = $2, definition = $3, updated_at = $4
               WHERE namespace_id = $1 AND name = $5";
    let mut args = args(of, property, now);
    args.push(name.into());
    SHELF.changed(tx.execute(sql, &args).await, name, &property.name)
}

pub async fn find(
    rows: &mut impl Rows,
    of: NamespaceId,
    name: &str,
) -> Result<Option<Dated<Property>>, Failure> {
    one(
        rows,
        &format!("{SELECT} AND name = $2"),
        &named(of, name),
        decode,
    )
    .await
}

/// By name.
pub async fn list(rows: &mut impl Rows, of: NamespaceId) -> Result<Vec<Dated<Property>>, Failure> {
    let sql = format!("{SELECT} ORDER BY name");
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

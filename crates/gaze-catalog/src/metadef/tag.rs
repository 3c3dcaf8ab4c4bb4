//! Tags of namespaces.

use gaze_domain::metadef::Dated;
use gaze_domain::{NamespaceId, Noun, Timestamp};
use gaze_sql::Tx;

use super::{Shelf, dated, named};
use crate::columns::{Columns, all, micros, one};
use crate::{Failure, Rows};

const SHELF: Shelf = Shelf {
    table: "metadef_tag",
    key: "name",
    noun: Noun::MetadefTag,
};

const SELECT: &str = "SELECT name, created_at, updated_at FROM metadef_tag WHERE namespace_id = $1";

fn decode(c: &mut Columns<'_>) -> Result<Dated<String>, Failure> {
    let name = c.text()?;
    dated(name, c)
}

pub async fn insert(
    tx: &mut Tx,
    of: NamespaceId,
    name: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    let sql = "INSERT INTO metadef_tag (namespace_id, name, created_at, updated_at)
               VALUES ($1, $2, $3, $3) ON CONFLICT DO NOTHING";
    let args = [of.hex().into(), name.into(), micros(now)];
    SHELF.inserted(tx.execute(sql, &args).await, name)
}

/// Gives the tag another name.
pub async fn rename(
    tx: &mut Tx,
    of: NamespaceId,
    from: &str,
    to: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    let sql = "UPDATE metadef_tag SET name = $3, updated_at = $4
               WHERE namespace_id = $1 AND name = $2";
    let args = [of.hex().into(), from.into(), to.into(), micros(now)];
    SHELF.changed(tx.execute(sql, &args).await, from, to)
}

pub async fn find(
    rows: &mut impl Rows,
    of: NamespaceId,
    name: &str,
) -> Result<Option<Dated<String>>, Failure> {
    one(
        rows,
        &format!("{SELECT} AND name = $2"),
        &named(of, name),
        decode,
    )
    .await
}

/// By name.
pub async fn list(rows: &mut impl Rows, of: NamespaceId) -> Result<Vec<Dated<String>>, Failure> {
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

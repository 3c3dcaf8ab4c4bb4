//! Types of things, and which namespaces are for them.

use std::collections::HashMap;

use gaze_domain::metadef::{Association, Dated};
use gaze_domain::{NamespaceId, Noun, Timestamp};
use gaze_sql::{Tx, Value};

use super::{Shelf, dated, named};
use crate::columns::{BATCH, Columns, all, micros, one, padded, places};
use crate::{Failure, Rows};

const SHELF: Shelf = Shelf {
    table: "metadef_association",
    key: "resource_type",
    noun: Noun::ResourceType,
};

const SELECT: &str = "SELECT resource_type, prefix, target, created_at, updated_at \
                      FROM metadef_association WHERE namespace_id = $1";

fn decode(c: &mut Columns<'_>) -> Result<Dated<Association>, Failure> {
    let association = Association {
        resource_type: c.text()?,
        prefix: c.opt_text()?,
        target: c.opt_text()?,
    };
    dated(association, c)
}

fn args(of: NamespaceId, association: &Association, now: Timestamp) -> [Value; 5] {
    [
        of.hex().into(),
        (&association.resource_type).into(),
        association.prefix.clone().into(),
        association.target.clone().into(),
        micros(now),
    ]
}

/// Makes the namespace one for that type of things, which need not have been known before.
pub async fn insert(
    tx: &mut Tx,
    of: NamespaceId,
    association: &Association,
    now: Timestamp,
) -> Result<(), Failure> {
    let sql = "INSERT INTO metadef_resource_type (name, created_at, updated_at)
               VALUES ($1, $2, $2) ON CONFLICT DO NOTHING";
    tx.execute(sql, &[(&association.resource_type).into(), micros(now)])
        .await?;
    let sql = "INSERT INTO metadef_association (namespace_id, resource_type, prefix, target,
               created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT DO NOTHING";
    let inserted = tx.execute(sql, &args(of, association, now)).await;
    SHELF.inserted(inserted, &association.resource_type)
}

/// Replaces the association with that type.
pub async fn update(
    tx: &mut Tx,
    of: NamespaceId,
    association: &Association,
    now: Timestamp,
) -> Result<(), Failure> {
    let sql = "UPDATE metadef_association SET prefix = $3, target = $4, updated_at = $5
               WHERE namespace_id = $1 AND resource_type = $2";
    let changed = tx.execute(sql, &args(of, association, now)).await;
    let name = &association.resource_type;
    SHELF.changed(changed, name, name)
}

pub async fn find(
    rows: &mut impl Rows,
    of: NamespaceId,
    resource_type: &str,
) -> Result<Option<Dated<Association>>, Failure> {
    let sql = format!("{SELECT} AND resource_type = $2");
    one(rows, &sql, &named(of, resource_type), decode).await
}

/// In the order in which they came; of those that came together, by name.
pub async fn list(
    rows: &mut impl Rows,
    of: NamespaceId,
) -> Result<Vec<Dated<Association>>, Failure> {
    let sql = format!("{SELECT} ORDER BY created_at, resource_type");
    all(rows, &sql, &[of.hex().into()], decode).await
}

/// The associations of these namespaces: one statement for each [`BATCH`] of them.
pub async fn of_namespaces(
    rows: &mut impl Rows,
    namespaces: &[NamespaceId],
) -> Result<HashMap<NamespaceId, Vec<Dated<Association>>>, Failure> {
    let mut found: HashMap<NamespaceId, Vec<Dated<Association>>> = HashMap::new();
    for batch in namespaces.chunks(BATCH) {
        let args = padded(batch.iter().map(|id| id.hex().into()).collect());
        let sql = format!(
            "SELECT namespace_id, resource_type, prefix, target, created_at, updated_at \
             FROM metadef_association WHERE namespace_id IN ({}) \
             ORDER BY namespace_id, created_at, resource_type",
            places(1, args.len())
        );
        let decode = |c: &mut Columns<'_>| Ok((c.parse()?, decode(c)?));
        for (namespace, association) in all(rows, &sql, &args, decode).await? {
            found.entry(namespace).or_default().push(association);
        }
    }
    Ok(found)
}

/// All types of things that were ever named, by name.
pub async fn resource_types(rows: &mut impl Rows) -> Result<Vec<Dated<String>>, Failure> {
    let sql = "SELECT name, created_at, updated_at FROM metadef_resource_type ORDER BY name";
    let decode = |c: &mut Columns<'_>| {
        let name = c.text()?;
        dated(name, c)
    };
    all(rows, sql, &[], decode).await
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

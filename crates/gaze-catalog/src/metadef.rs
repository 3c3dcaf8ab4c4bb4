//! Metadata definitions: namespaces and what they hold.

pub mod association;
mod definition;
pub mod namespace;
pub mod object;
pub mod property;
pub mod tag;

use gaze_domain::metadef::{Contents, Dated};
use gaze_domain::{Error, NamespaceId, Noun, Timestamp};
use gaze_sql::{SqlError, Tx, Value};

use crate::columns::{Columns, one};
use crate::failure::refused;
use crate::{Failure, Rows};

/// A table of things in namespaces, each of which is known by its name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shelf {
    pub(crate) table: &'static str,
    /// The column of the name.
    pub(crate) key: &'static str,
    pub(crate) noun: Noun,
}

impl Shelf {
    /// How many of them the namespace holds.
    async fn count(self, rows: &mut impl Rows, of: NamespaceId) -> Result<u64, Failure> {
        let sql = format!(
            "SELECT COUNT(*) FROM {} WHERE namespace_id = $1",
            self.table
        );
        let count = one(rows, &sql, &[of.hex().into()], |c| c.unsigned()).await?;
        Ok(count.unwrap_or(0))
    }

    /// Removes the one of that name.
    async fn remove(self, tx: &mut Tx, of: NamespaceId, name: &str) -> Result<(), Failure> {
        let sql = format!(
            "DELETE FROM {} WHERE namespace_id = $1 AND {} = $2",
            self.table, self.key
        );
        match tx.execute(&sql, &[of.hex().into(), name.into()]).await? {
            0 => Err(Error::not_found(self.noun, name).into()),
            _ => Ok(()),
        }
    }

    /// Removes all.
    async fn clear(self, tx: &mut Tx, of: NamespaceId) -> Result<(), Failure> {
        let sql = format!("DELETE FROM {} WHERE namespace_id = $1", self.table);
        tx.execute(&sql, &[of.hex().into()]).await?;
        Ok(())
    }

    /// What an insertion that kept what was there means: it was there.
    fn inserted(self, rows: Result<u64, SqlError>, name: &str) -> Result<(), Failure> {
        match rows? {
            0 => Err(Error::exists(self.noun, name).into()),
            _ => Ok(()),
        }
    }

    /// What a changed name means: that it was free, or that nothing had the former.
    fn changed(self, rows: Result<u64, SqlError>, from: &str, to: &str) -> Result<(), Failure> {
        let taken = || Error::exists(self.noun, to);
        match rows.map_err(|error| refused(error, taken))? {
            0 => Err(Error::not_found(self.noun, from).into()),
            _ => Ok(()),
        }
    }
}

fn dated<T>(thing: T, c: &mut Columns<'_>) -> Result<Dated<T>, Failure> {
    Ok(Dated {
        thing,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

fn named(of: NamespaceId, name: &str) -> [Value; 2] {
    [of.hex().into(), name.into()]
}

/// Puts all of that into a namespace that holds nothing of it yet.
pub async fn fill(
    tx: &mut Tx,
    of: NamespaceId,
    contents: &Contents,
    now: Timestamp,
) -> Result<(), Failure> {
    for association in &contents.associations {
        association::insert(tx, of, association, now).await?;
    }
    for property in &contents.properties {
        property::insert(tx, of, property, now).await?;
    }
    for object in &contents.objects {
        object::insert(tx, of, object, now).await?;
    }
    for name in &contents.tags {
        tag::insert(tx, of, name, now).await?;
    }
    Ok(())
}

/// Takes everything out of a namespace.
pub async fn empty(tx: &mut Tx, of: NamespaceId) -> Result<(), Failure> {
    association::clear(tx, of).await?;
    property::clear(tx, of).await?;
    object::clear(tx, of).await?;
    tag::clear(tx, of).await
}

//! One connection layer over SQLite (embedded, the default) and PostgreSQL.
//!
//! It knows no nouns: callers bring their own SQL, written once for both databases. The shared
//! subset:
//!
//! - Parameters are `$1..$n`; every argument is used, and may be used more than once.
//! - Columns are `TEXT`, `BIGINT` or (in migrations) `BLOB`. Booleans are `BIGINT` 0/1, times
//!   `BIGINT` microseconds since the epoch, ids and JSON `TEXT`.
//! - `RETURNING`, `ON CONFLICT`, partial indexes and row values such as
//!   `(created_at, id) > ($1, $2)` are understood by both.
//! - PostgreSQL's `SUM` of `BIGINT` is `NUMERIC`, which a [`Row`] does not hold: write
//!   `CAST(SUM(x) AS BIGINT)`. `COUNT(*)` is `BIGINT` on both.
//! - A parameter that is compared with nothing has no type on PostgreSQL: write
//!   `CAST($1 AS TEXT) IS NULL`, and `CAST($1 AS BIGINT)` in a select list.
//! - `LIKE` minds case on both (SQLite is told so on every connection). `lower()` folds ASCII
//!   only on SQLite.
//! - Text is ordered by bytes on SQLite; a PostgreSQL database must be created with the `C` or
//!   `C.UTF-8` locale to agree.
//! - After a failed statement the transaction is over on PostgreSQL, so [`Tx`] makes it so on
//!   SQLite too: to insert or keep, write `ON CONFLICT DO NOTHING` instead of catching
//!   [`SqlError::Conflict`] inside the body.
//!
//! `FOR UPDATE SKIP LOCKED` and advisory locks are PostgreSQL's alone; ask [`Db::kind`].

mod db;
mod error;
mod migrate;
mod postgres;
pub mod request;
mod row;
mod sqlite;
#[cfg(feature = "testing")]
pub mod testing;
mod tx;
mod value;
mod watch;

pub use db::{Db, Kind, Target};
pub use error::{Cause, SqlError};
pub use futures_util::future::BoxFuture;
pub use migrate::Migration;
pub use row::Row;
pub use sqlite::Cost;
pub use tx::Tx;
pub use value::{Args, Value};
pub use watch::Watch;

//! Whatever answers queries.

use std::future::Future;

use gaze_sql::{Db, Kind, Row, SqlError, Tx, Value};

/// A source of rows: a connection outside or inside a transaction.
pub trait Rows: Send {
    /// Which database answers, for the few statements that differ.
    fn kind(&self) -> Kind;

    fn rows<'a>(
        &'a mut self,
        sql: &'a str,
        args: &'a [Value],
    ) -> impl Future<Output = Result<Vec<Row>, SqlError>> + Send + 'a;
}

/// Reads outside any transaction.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'d> {
    db: &'d Db,
}

impl<'d> Reader<'d> {
    pub(crate) fn new(db: &'d Db) -> Self {
        Self { db }
    }
}

impl Rows for Reader<'_> {
    fn kind(&self) -> Kind {
        self.db.kind()
    }

    async fn rows<'a>(&'a mut self, sql: &'a str, args: &'a [Value]) -> Result<Vec<Row>, SqlError> {
        self.db.query(sql, args).await
    }
}

impl Rows for Tx {
    fn kind(&self) -> Kind {
        Tx::kind(self)
    }

    async fn rows<'a>(&'a mut self, sql: &'a str, args: &'a [Value]) -> Result<Vec<Row>, SqlError> {
        self.query(sql, args).await
    }
}

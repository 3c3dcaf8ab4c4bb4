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

    /// The rows of several statements, none of which needs to know what another found: on
    /// PostgreSQL in one round trip.
    fn rows_of_all<'a>(
        &'a mut self,
        statements: &'a [(&'a str, &'a [Value])],
    ) -> impl Future<Output = Result<Vec<Vec<Row>>, SqlError>> + Send + 'a {
        async move {
            let mut all = Vec::with_capacity(statements.len());
            for (sql, args) in statements {
                all.push(self.rows(sql, args).await?);
            }
            Ok(all)
        }
    }
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

    async fn rows_of_all<'a>(
        &'a mut self,
        statements: &'a [(&'a str, &'a [Value])],
    ) -> Result<Vec<Vec<Row>>, SqlError> {
        self.db.query_all(statements).await
    }
}

impl Rows for Tx {
    fn kind(&self) -> Kind {
        Tx::kind(self)
    }

    async fn rows<'a>(&'a mut self, sql: &'a str, args: &'a [Value]) -> Result<Vec<Row>, SqlError> {
        self.query(sql, args).await
    }

    async fn rows_of_all<'a>(
        &'a mut self,
        statements: &'a [(&'a str, &'a [Value])],
    ) -> Result<Vec<Vec<Row>>, SqlError> {
        self.query_all(statements).await
    }
}

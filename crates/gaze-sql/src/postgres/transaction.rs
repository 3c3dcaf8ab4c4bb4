//! An open transaction, which sends as few messages as it can.

use futures_util::future::join;

use super::connection::{Connection, MOST_AT_ONCE, Outcome};
use super::pool::Lent;
use crate::{Row, SqlError, Value};

/// A connection inside a transaction. Dropped before [`OpenTransaction::end`] the connection is
/// closed instead of going back to the pool, and the server rolls back.
///
/// The transaction begins together with its first statement, and what was posted goes with the
/// statement after it: a message that is waited for costs more than most statements.
pub(crate) struct OpenTransaction {
    lent: Option<Lent>,
    /// Until it is sent.
    begin: Option<&'static str>,
    posted: Vec<(String, Vec<Value>)>,
}

impl OpenTransaction {
    pub(super) fn new(lent: Lent, begin: &'static str) -> OpenTransaction {
        OpenTransaction {
            lent: Some(lent),
            begin: Some(begin),
            posted: Vec::new(),
        }
    }

    /// Commits, or what else the text says. If that fails, nothing is committed.
    pub(super) async fn end(mut self, end: &str) -> Result<(), SqlError> {
        if self.begin.is_none() || !self.posted.is_empty() {
            let sent = self.send(&[], Some(end)).await;
            if let Err(error) = sent {
                // Whatever is still open; where nothing is, the server takes it as well.
                if self.connection()?.batch("ROLLBACK").await.is_ok() {
                    drop(self.lent.take());
                }
                return Err(error);
            }
        }
        // Only now is the connection fit for the pool again.
        drop(self.lent.take());
        Ok(())
    }

    /// Ends it whatever it has left to say.
    pub(super) async fn roll_back(mut self) -> Result<(), SqlError> {
        self.posted.clear();
        self.end("ROLLBACK").await
    }

    fn connection(&self) -> Result<&Connection, SqlError> {
        self.lent.as_ref().ok_or(SqlError::Closed)?.connection()
    }

    /// Runs what was posted and these statements, and a last one that has no arguments, in one
    /// round trip. Returns what these came to.
    async fn send(
        &mut self,
        statements: &[(&str, &[Value])],
        last: Option<&str>,
    ) -> Result<Vec<Outcome>, SqlError> {
        let posted = std::mem::take(&mut self.posted);
        // Not by a method, which would borrow all of this.
        let lent = self.lent.as_ref().ok_or(SqlError::Closed)?;
        let connection = lent.connection()?;
        let mut ready = Vec::with_capacity(posted.len() + statements.len());
        // Prepared before anything is sent, so that everything is sent in order.
        for (sql, args) in &posted {
            ready.push(connection.ready(sql, args).await?);
        }
        for (sql, args) in statements {
            ready.push(connection.ready(sql, args).await?);
        }
        let (early, late) = ready.split_at(ready.len().saturating_sub(MOST_AT_ONCE));
        let mut outcomes = Vec::with_capacity(ready.len());
        for some in early.chunks(MOST_AT_ONCE) {
            let (begun, more) = join(
                control(connection, self.begin.take()),
                connection.run_all(some),
            )
            .await;
            begun?;
            outcomes.extend(more);
        }
        // Polled, and so sent, in this order. Were the beginning refused, the statements would be
        // too: outside of a transaction the connection only reads.
        let (begun, (more, ended)) = join(
            control(connection, self.begin.take()),
            join(connection.run_all(late), control(connection, last)),
        )
        .await;
        begun?;
        outcomes.extend(more);
        let outcomes = outcomes.into_iter().collect::<Result<Vec<_>, _>>()?;
        ended?;
        Ok(outcomes.into_iter().skip(posted.len()).collect())
    }

    pub(crate) async fn query(&mut self, sql: &str, args: &[Value]) -> Result<Vec<Row>, SqlError> {
        let outcomes = self.send(&[(sql, args)], None).await?;
        Ok(outcomes.into_iter().flat_map(|it| it.rows).collect())
    }

    pub(crate) async fn query_all(
        &mut self,
        statements: &[(&str, &[Value])],
    ) -> Result<Vec<Vec<Row>>, SqlError> {
        let outcomes = self.send(statements, None).await?;
        Ok(outcomes.into_iter().map(|it| it.rows).collect())
    }

    pub(crate) async fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64, SqlError> {
        let outcomes = self.send(&[(sql, args)], None).await?;
        Ok(outcomes.iter().map(|it| it.changed).sum())
    }

    pub(crate) fn post(&mut self, sql: &str, args: &[Value]) {
        self.posted.push((sql.to_owned(), args.to_vec()));
    }

    pub(crate) async fn batch(&mut self, sql: &str) -> Result<(), SqlError> {
        self.send(&[], Some(sql)).await.map(drop)
    }
}

async fn control(connection: &Connection, sql: Option<&str>) -> Result<(), SqlError> {
    match sql {
        Some(sql) => connection.batch(sql).await,
        None => Ok(()),
    }
}

impl Drop for OpenTransaction {
    fn drop(&mut self) {
        if let Some(lent) = self.lent.take() {
            lent.close();
        }
    }
}

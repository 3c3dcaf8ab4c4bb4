//! One connection to PostgreSQL, with the statements that it has prepared.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::future::{BoxFuture, join_all};
use futures_util::{TryStreamExt, pin_mut};
use tokio::task::JoinHandle;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, NoTls, Statement};

use super::{errors, values};
use crate::{Row, SqlError, Value};

/// Runs on every new connection.
///
/// - What is not inside a transaction that says otherwise may only read, as on SQLite.
/// - A prepared statement is planned once and not with each call: planning a list costs several
///   times as much as reading it, and every statement has the index that it is meant to use.
///   Compiling a plan to machine code costs more than any of them. Lists are read in the order of
///   an index until the page is full, which a bitmap cannot: without an idea of the arguments the
///   server may think that it pays.
/// - Pages of an index are mostly in memory or on a solid-state disk.
/// - Nobody waits for ever, so that one stuck statement does not take the connections of all.
const SETUP: &str = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY;
    SET plan_cache_mode = 'force_generic_plan';
    SET jit = off;
    SET enable_bitmapscan = off;
    SET random_page_cost = 1.1;
    SET lock_timeout = '30s';
    SET statement_timeout = '10min';
    SET idle_in_transaction_session_timeout = '1min'";

/// Prepared statements of a connection. The text of a list differs with its conditions, so there
/// is no end to them; the one that was not used for longest makes room.
const MOST_STATEMENTS: usize = 256;

/// Statements that are sent together. Of more than thirty, `join_all` does not say in which order
/// they are polled first.
pub(super) const MOST_AT_ONCE: usize = 16;

/// A statement with its arguments, ready to be sent.
pub(super) type Ready<'a> = (Statement, &'a str, &'a [Value]);

/// What a statement came to.
pub(super) struct Outcome {
    pub(super) rows: Vec<Row>,
    pub(super) changed: u64,
}

pub(super) struct Connection {
    client: Client,
    driver: JoinHandle<()>,
    statements: Mutex<Statements>,
}

#[derive(Default)]
struct Statements {
    by_text: HashMap<Box<str>, (Statement, u64)>,
    uses: u64,
}

impl Connection {
    /// Boxed: it is large, and seldom used within what everybody uses.
    pub(super) fn open(config: &Config) -> BoxFuture<'_, Result<Connection, SqlError>> {
        Box::pin(Connection::made(config))
    }

    async fn made(config: &Config) -> Result<Connection, SqlError> {
        let opened = config.connect(NoTls).await;
        let (client, connection) =
            opened.map_err(SqlError::unavailable("connecting to PostgreSQL"))?;
        let driver = tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::warn!(?error, "a connection to PostgreSQL has ended");
            }
        });
        let made = Connection {
            client,
            driver,
            statements: Mutex::default(),
        };
        made.batch(SETUP).await?;
        Ok(made)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Several statements in one text, without arguments.
    pub(super) async fn batch(&self, sql: &str) -> Result<(), SqlError> {
        let run = self.client.batch_execute(sql).await;
        run.map_err(|error| errors::of_statement(sql, error))
    }

    pub(super) async fn query(&self, sql: &str, args: &[Value]) -> Result<Vec<Row>, SqlError> {
        let ready = self.ready(sql, args).await?;
        Ok(self.run(&ready).await?.rows)
    }

    /// The statement, prepared now if it was not before.
    pub(super) async fn ready<'a>(
        &self,
        sql: &'a str,
        args: &'a [Value],
    ) -> Result<Ready<'a>, SqlError> {
        let found = self.statements().find(sql);
        let statement = if let Some(statement) = found {
            statement
        } else {
            let prepared = self.client.prepare(sql).await;
            let made = prepared.map_err(|error| errors::of_statement(sql, error))?;
            self.statements().keep(sql, made.clone());
            made
        };
        let takes = statement.params().len();
        if takes == args.len() {
            return Ok((statement, sql, args));
        }
        Err(SqlError::Arguments {
            sql: sql.to_owned(),
            takes,
            given: args.len(),
        })
    }

    /// Sends the statement when it is first polled, and then waits.
    pub(super) async fn run(
        &self,
        (statement, sql, args): &Ready<'_>,
    ) -> Result<Outcome, SqlError> {
        let failed = |error| errors::of_statement(sql, error);
        let args = args.iter().map(|arg| arg as &(dyn ToSql + Sync));
        let sent = self.client.query_raw(statement, args).await;
        let stream = sent.map_err(failed)?;
        pin_mut!(stream);
        let mut rows = Vec::new();
        while let Some(row) = stream.try_next().await.map_err(failed)? {
            rows.push(values::decode_row(&row)?);
        }
        let changed = stream.rows_affected().unwrap_or(0);
        Ok(Outcome { rows, changed })
    }

    /// Sends all statements, at most [`MOST_AT_ONCE`], when it is first polled: they are run one
    /// after the other, in one round trip.
    pub(super) async fn run_all(&self, all: &[Ready<'_>]) -> Vec<Result<Outcome, SqlError>> {
        join_all(all.iter().map(|ready| self.run(ready))).await
    }

    fn statements(&self) -> MutexGuard<'_, Statements> {
        self.statements
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Statements {
    fn find(&mut self, sql: &str) -> Option<Statement> {
        let (statement, last) = self.by_text.get_mut(sql)?;
        self.uses += 1;
        *last = self.uses;
        Some(statement.clone())
    }

    fn keep(&mut self, sql: &str, statement: Statement) {
        if self.by_text.len() >= MOST_STATEMENTS {
            let oldest = self.by_text.iter().min_by_key(|(_, (_, last))| *last);
            if let Some(text) = oldest.map(|(text, _)| text.clone()) {
                // The server forgets it too: the last clone of a statement says so when dropped.
                self.by_text.remove(&text);
            }
        }
        self.uses += 1;
        self.by_text.insert(sql.into(), (statement, self.uses));
    }
}

/// The server rolls back what is open, and ends.
impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

//! Waiting until what was committed without waiting is durable: one flush for all who wait.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;
use tokio_postgres::Config;

use super::connection::Connection;
use crate::SqlError;

/// A transaction whose only trace is a record in the write-ahead log. Its commit waits for the
/// log, and so for everything that was committed before it.
const FLUSH: &str = "SELECT CAST(pg_logical_emit_message(true, 'gaze', '') AS TEXT)";

pub(super) struct Durable {
    config: Config,
    asked: AtomicU64,
    flush: Mutex<Flush>,
}

#[derive(Default)]
struct Flush {
    connection: Option<Connection>,
    /// Who asked no later than this has been served.
    done: u64,
}

impl Durable {
    pub(super) fn new(config: Config) -> Durable {
        Durable {
            config,
            asked: AtomicU64::new(0),
            flush: Mutex::default(),
        }
    }

    /// Returns when everything is durable that was committed before this was called.
    pub(super) async fn wait(&self) -> Result<(), SqlError> {
        let mine = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let mut flush = self.flush.lock().await;
        if flush.done >= mine {
            return Ok(());
        }
        let all = self.asked.load(Ordering::SeqCst);
        let connection = match flush.connection.take() {
            Some(open) if !open.is_closed() => open,
            _ => Connection::open(&self.config).await?,
        };
        connection.query(FLUSH, &[]).await?;
        flush.connection = Some(connection);
        flush.done = all;
        Ok(())
    }

    pub(super) async fn close(&self) {
        drop(self.flush.lock().await.connection.take());
    }
}

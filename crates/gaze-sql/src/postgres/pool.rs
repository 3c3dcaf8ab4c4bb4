//! A bounded number of connections, lent to one caller at a time in the order of asking.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_postgres::Config;

use super::connection::Connection;
use crate::SqlError;

/// How long a caller waits for a free connection, and for a new one to be made.
const WAIT: Duration = Duration::from_secs(10);

pub(super) struct Pool {
    config: Config,
    room: Arc<Semaphore>,
    /// The one that was used last is lent first: it has prepared most.
    free: Mutex<Vec<Connection>>,
}

impl Pool {
    pub(super) fn new(config: Config, most: usize) -> Arc<Pool> {
        Arc::new(Pool {
            config,
            room: Arc::new(Semaphore::new(most)),
            free: Mutex::default(),
        })
    }

    /// A connection that was not closed when last heard of.
    pub(super) async fn get(self: &Arc<Pool>) -> Result<Lent, SqlError> {
        let waited = timeout(WAIT, Arc::clone(&self.room).acquire_owned()).await;
        let room = waited
            .map_err(SqlError::unavailable("waiting for a PostgreSQL connection"))?
            .map_err(|_closed| SqlError::Closed)?;
        let connection = match self.take_free() {
            Some(connection) => connection,
            None => timeout(WAIT, Connection::open(&self.config))
                .await
                .map_err(SqlError::unavailable("connecting to PostgreSQL"))??,
        };
        Ok(Lent {
            connection: Some(connection),
            pool: Arc::clone(self),
            _room: room,
        })
    }

    fn take_free(&self) -> Option<Connection> {
        let mut free = self.free();
        while let Some(connection) = free.pop() {
            if !connection.is_closed() {
                return Some(connection);
            }
        }
        None
    }

    pub(super) fn close(&self) {
        self.room.close();
        self.free().clear();
    }

    fn free(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that goes back when this is dropped.
pub(super) struct Lent {
    connection: Option<Connection>,
    pool: Arc<Pool>,
    /// Given back after the connection.
    _room: OwnedSemaphorePermit,
}

impl Lent {
    /// Closes the connection instead of giving it back.
    pub(super) fn close(mut self) {
        drop(self.connection.take());
    }

    pub(super) fn connection(&self) -> Result<&Connection, SqlError> {
        self.connection.as_ref().ok_or(SqlError::Closed)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        if !connection.is_closed() && !self.pool.room.is_closed() {
            self.pool.free().push(connection);
        }
    }
}

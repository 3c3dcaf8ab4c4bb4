//! A job as it is read, and its states.

use gaze_sql::{Row, SqlError};
use serde_json::Value;

/// Which workers a job waits for, so that long transfers do not keep short jobs waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Moves bytes; takes minutes.
    Transfer,
    /// Takes seconds.
    Quick,
    /// Speaks to a server of somebody else's and takes as long as that one does.
    Notice,
}

impl Class {
    pub(crate) const ALL: [Class; 3] = [Class::Transfer, Class::Quick, Class::Notice];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Class::Transfer => "transfer",
            Class::Quick => "quick",
            Class::Notice => "notice",
        }
    }
}

/// Where a job is in its life. The last three are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Waits for a worker, for its delay, or for its next attempt.
    Queued,
    /// Claimed: at work, or being rolled back.
    Running,
    /// Done; has a result.
    Succeeded,
    /// Rolled back after an error.
    Failed,
    /// Rolled back after a request to cancel.
    Cancelled,
}

impl State {
    /// The name under which it is stored: lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Queued => "queued",
            State::Running => "running",
            State::Succeeded => "succeeded",
            State::Failed => "failed",
            State::Cancelled => "cancelled",
        }
    }

    /// Whether the job will not change any more.
    pub fn is_final(self) -> bool {
        matches!(self, State::Succeeded | State::Failed | State::Cancelled)
    }

    pub(crate) fn read(row: &Row, column: usize) -> Result<State, SqlError> {
        let text = row.str(column)?;
        [
            State::Queued,
            State::Running,
            State::Succeeded,
            State::Failed,
            State::Cancelled,
        ]
        .into_iter()
        .find(|state| state.as_str() == text)
        .ok_or_else(|| SqlError::Decode {
            column,
            expected: "the state of a job",
            found: text.to_owned(),
        })
    }
}

/// A job. Times are microseconds since the epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Chosen by who enqueued it.
    pub id: String,
    /// Which handler runs it.
    pub kind: String,
    /// What the handler needs to know.
    pub payload: Value,
    /// The id of what it works on.
    pub subject: String,
    /// The id of whom it belongs to.
    pub owner: String,
    /// Where it is in its life.
    pub state: State,
    /// How often a handler was started; 1 during the first attempt.
    pub attempt: u32,
    /// How often it may be.
    pub max_attempts: u32,
    /// Work done so far, in units of the handler's choice.
    pub progress_done: u64,
    /// All the work, once known.
    pub progress_total: Option<u64>,
    /// What it is doing, in the handler's words; empty at first.
    pub stage: String,
    /// What a job that succeeded has brought forth.
    pub result: Option<Value>,
    /// Why it failed or was cancelled; on a job queued again, why the last attempt failed.
    pub error: Option<Value>,
    /// Whether somebody asked to cancel it.
    pub cancel_requested: bool,
    /// When it was enqueued.
    pub created_at: i64,
    /// When it was first claimed.
    pub started_at: Option<i64>,
    /// When it reached a final state.
    pub finished_at: Option<i64>,
}

/// The columns that [`Job::read`] expects, in its order.
pub(crate) const COLUMNS: &str = "id, kind, payload, subject, owner, state, attempt, \
     max_attempts, progress_done, progress_total, stage, result, error, cancel_requested, \
     created_at, started_at, finished_at";

/// How many columns [`COLUMNS`] names.
pub(crate) const WIDTH: usize = 17;

impl Job {
    pub(crate) fn read(row: &Row) -> Result<Job, SqlError> {
        Ok(Job {
            id: row.text(0)?,
            kind: row.text(1)?,
            payload: json(row, 2)?.unwrap_or(Value::Null),
            subject: row.text(3)?,
            owner: row.text(4)?,
            state: State::read(row, 5)?,
            attempt: count(row, 6)?,
            max_attempts: count(row, 7)?,
            progress_done: row.unsigned(8)?,
            progress_total: row.opt_unsigned(9)?,
            stage: row.text(10)?,
            result: json(row, 11)?,
            error: json(row, 12)?,
            cancel_requested: row.bool(13)?,
            created_at: row.int(14)?,
            started_at: row.opt_int(15)?,
            finished_at: row.opt_int(16)?,
        })
    }
}

fn count(row: &Row, column: usize) -> Result<u32, SqlError> {
    let value = row.int(column)?;
    u32::try_from(value).map_err(|_out_of_range| SqlError::Decode {
        column,
        expected: "a 32-bit count",
        found: value.to_string(),
    })
}

pub(crate) fn json(row: &Row, column: usize) -> Result<Option<Value>, SqlError> {
    let Some(text) = row.opt_str(column)? else {
        return Ok(None);
    };
    serde_json::from_str(text)
        .map(Some)
        .map_err(|error| SqlError::Decode {
            column,
            expected: "JSON",
            found: error.to_string(),
        })
}

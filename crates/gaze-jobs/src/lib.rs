//! Durable jobs over a database: claimed by lease, kept by heartbeat, retried, rolled back.
//!
//! It knows no nouns: a job is a kind, a payload, and the opaque ids of its subject and owner.
//!
//! - A job is inserted in the transaction that makes it necessary, so both commit or neither.
//! - A running job holds a lease. A process that dies stops extending it, and when it has run
//!   out another claims the job: **a handler may run twice** and must bear it.
//! - Every claim has a number of its own, and [`Ctx::succeed`] and [`Ctx::fail`] hold only for
//!   the newest, so a handler that lost its lease cannot commit.
//! - What fails for good is rolled back by [`Handler::rollback`], again and again until that
//!   succeeds; only then is the job finished.
//! - An inline job is work that the calling request does itself. It is a job so that others see
//!   its progress, can cancel it, and so that a crash leaves it to [`Handler::rollback`].
//!
//! Times are microseconds since the epoch and come from [`Clock`]; waits are tokio's.

mod clock;
mod control;
mod ctx;
mod enqueue;
mod execute;
mod fair;
mod inline;
mod job;
mod jobs;
mod keeper;
mod lease;
mod live;
mod read;
mod runner;
mod schema;
mod unfinished;
mod wait;

pub use clock::Clock;
pub use ctx::{Ctx, Failure, Handler};
pub use enqueue::{EnqueueError, NewJob};
pub use gaze_sql::BoxFuture;
pub use inline::InlineJob;
pub use job::{Class, Job, State};
pub use jobs::{Jobs, Options};
pub use read::JobList;
pub use runner::Runner;
pub use schema::MIGRATIONS;

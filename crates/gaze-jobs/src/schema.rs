//! The table of jobs.

use gaze_sql::Migration;

/// Set `jobs`; [`crate::Jobs::open`] applies it.
///
/// `due_at` is when a job may be claimed: for a queued one its earliest start, for a running one
/// the end of its lease. `claim` counts the claims and so tells a lease from every earlier one.
/// `cause` is set once the job is to be rolled back.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "jobs",
        sql: "CREATE TABLE job (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    class TEXT NOT NULL,
    is_inline BIGINT NOT NULL,
    payload TEXT NOT NULL,
    subject TEXT NOT NULL,
    owner TEXT NOT NULL,
    state TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    max_attempts BIGINT NOT NULL,
    rollbacks BIGINT NOT NULL,
    progress_done BIGINT NOT NULL,
    progress_total BIGINT,
    stage TEXT NOT NULL,
    result TEXT,
    error TEXT,
    cause TEXT,
    cancel_requested BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    claim BIGINT NOT NULL,
    lease_owner TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT
);
CREATE INDEX job_due ON job (class, due_at, id) WHERE finished_at IS NULL;
CREATE INDEX job_unfinished_of ON job (subject) WHERE finished_at IS NULL;
CREATE INDEX job_finished ON job (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX job_created ON job (created_at, id);
CREATE INDEX job_owner ON job (owner, created_at, id);
CREATE INDEX job_subject ON job (subject, created_at, id);
",
    },
    Migration {
        version: 2,
        name: "owners",
        sql: "CREATE INDEX job_waiting ON job (class, owner, due_at, id) WHERE finished_at IS NULL;
DROP INDEX job_due;
-- Only on PostgreSQL:
-- What is unfinished is kept until the table changes.
CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON job EXECUTE FUNCTION count_change();
",
    },
];

//! A database with jobs, a clock to turn, and handlers made of closures.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use gaze_jobs::{
    BoxFuture, Class, Clock, Ctx, EnqueueError, Failure, Handler, Job, Jobs, NewJob, Options, State,
};
use gaze_sql::testing::{Fresh, databases};
use gaze_sql::{Db, Migration, SqlError};
use serde_json::{Value, json};

pub(crate) const LEASE: Duration = Duration::from_secs(30);

/// Longer than anything here takes; a test that waits so long has failed.
pub(crate) const LONG: Duration = Duration::from_mins(1);

pub(crate) const OPTIONS: Options = Options {
    lease: LEASE,
    poll: Duration::from_millis(10),
    transfers: 4,
    quick: 4,
    notices: 4,
};

/// Stands still until a test turns it.
#[derive(Debug)]
pub(crate) struct ManualClock(AtomicI64);

impl ManualClock {
    pub(crate) fn advance(&self, by: Duration) {
        self.0
            .fetch_add(i64::try_from(by.as_micros()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_micros(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    fn fresh_id(&self) -> String {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        format!("{:032x}", NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// A database of the test's own, with a table for what the handlers do.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) fresh: Fresh,
    pub(crate) db: Db,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) jobs: Jobs,
}

const DONE: &[Migration] = &[Migration {
    version: 1,
    name: "done",
    sql: "CREATE TABLE done (what TEXT NOT NULL)",
}];

pub(crate) async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for fresh in databases().await {
        let db = fresh.db.clone();
        db.migrate("test", DONE).await.unwrap();
        let clock = Arc::new(ManualClock(AtomicI64::new(1_000_000_000)));
        let jobs = Jobs::open(&db, clock.clone(), OPTIONS).await.unwrap();
        worlds.push(World {
            fresh,
            db,
            clock,
            jobs,
        });
    }
    worlds
}

impl World {
    /// The jobs as another process sees them.
    pub(crate) async fn another_process(&self) -> Jobs {
        Jobs::open(&self.db, self.clock.clone(), OPTIONS)
            .await
            .unwrap()
    }

    pub(crate) async fn enqueue(&self, new: NewJob) {
        let jobs = self.jobs.clone();
        self.db
            .write(move |tx| Box::pin(async move { jobs.enqueue(tx, new).await }))
            .await
            .unwrap();
    }

    pub(crate) async fn begin_inline(&self, new: NewJob) {
        let jobs = self.jobs.clone();
        self.db
            .write(move |tx| Box::pin(async move { jobs.begin_inline(tx, new).await }))
            .await
            .unwrap();
    }

    pub(crate) async fn finished(&self, id: &str) -> Job {
        let job = self.jobs.wait(id, LONG).await.unwrap().unwrap();
        assert!(job.state.is_final(), "on {}: {job:?}", self.fresh.name);
        job
    }

    pub(crate) async fn job(&self, id: &str) -> Job {
        self.jobs.find(id).await.unwrap().unwrap()
    }

    pub(crate) async fn until(&self, id: &str, holds: impl Fn(&Job) -> bool) -> Job {
        eventually(async || Some(self.job(id).await).filter(|job| holds(job))).await
    }

    /// Returns once the runner has done another job, and so has seen everything that was due.
    pub(crate) async fn runner_looked(&self) {
        let id = self.clock.fresh_id();
        self.enqueue(NewJob {
            kind: "sentinel",
            ..new(&id)
        })
        .await;
        assert_eq!(self.finished(&id).await.state, State::Succeeded);
    }

    /// What the handlers have committed.
    pub(crate) async fn done(&self) -> Vec<String> {
        let rows = self
            .db
            .query("SELECT what FROM done ORDER BY what", &[])
            .await
            .unwrap();
        rows.iter().map(|row| row.text(0).unwrap()).collect()
    }
}

/// Asks until there is an answer.
pub(crate) async fn eventually<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(LONG, asking)
        .await
        .expect("what is waited for happens")
}

pub(crate) fn new(id: &str) -> NewJob {
    NewJob {
        id: id.to_owned(),
        kind: "work",
        class: Class::Quick,
        payload: json!({"of": id}),
        subject: format!("subject of {id}"),
        owner: "somebody".to_owned(),
        max_attempts: 3,
        delay: Duration::ZERO,
    }
}

type Script = Box<dyn Fn(Ctx) -> BoxFuture<'static, Result<(), Failure>> + Send + Sync>;
type Undo = Box<dyn Fn(Ctx, Value) -> BoxFuture<'static, Result<(), Failure>> + Send + Sync>;

/// A handler made of closures.
pub(crate) struct Scripted {
    kind: &'static str,
    run: Script,
    rollback: Undo,
}

impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind)
    }
}

impl Handler for Scripted {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn run<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<(), Failure>> {
        (self.run)(ctx.clone())
    }

    fn rollback<'a>(
        &'a self,
        ctx: &'a Ctx,
        error: &'a Value,
    ) -> BoxFuture<'a, Result<(), Failure>> {
        (self.rollback)(ctx.clone(), error.clone())
    }
}

/// Jobs of kind `work` run like this; their rollback writes `undone <id>` and fails the job.
/// Jobs of kind `sentinel` succeed.
pub(crate) fn handlers<F>(
    db: &Db,
    run: impl Fn(Ctx) -> F + Send + Sync + 'static,
) -> Vec<Arc<dyn Handler>>
where
    F: Future<Output = Result<(), Failure>> + Send + 'static,
{
    let undo = db.clone();
    handlers_with_rollback(db, run, move |ctx, error| undone(undo.clone(), ctx, error))
}

pub(crate) fn handlers_with_rollback<F, G>(
    db: &Db,
    run: impl Fn(Ctx) -> F + Send + Sync + 'static,
    rollback: impl Fn(Ctx, Value) -> G + Send + Sync + 'static,
) -> Vec<Arc<dyn Handler>>
where
    F: Future<Output = Result<(), Failure>> + Send + 'static,
    G: Future<Output = Result<(), Failure>> + Send + 'static,
{
    let work = Scripted {
        kind: "work",
        run: Box::new(move |ctx| Box::pin(run(ctx))),
        rollback: Box::new(move |ctx, error| Box::pin(rollback(ctx, error))),
    };
    let (succeed, undo) = (db.clone(), db.clone());
    let sentinel = Scripted {
        kind: "sentinel",
        run: Box::new(move |ctx| {
            let db = succeed.clone();
            Box::pin(async move {
                db.write(move |tx| Box::pin(async move { ctx.succeed(tx, json!(null)).await }))
                    .await
                    .map_err(retry)
            })
        }),
        rollback: Box::new(move |ctx, error| Box::pin(undone(undo.clone(), ctx, error))),
    };
    vec![Arc::new(work), Arc::new(sentinel)]
}

/// Commits `what` and the job's success together.
pub(crate) async fn succeed(db: &Db, ctx: Ctx, what: String) -> Result<(), SqlError> {
    db.write(move |tx| {
        Box::pin(async move {
            tx.execute("INSERT INTO done (what) VALUES ($1)", &[(&what).into()])
                .await?;
            ctx.succeed(tx, json!({"made": what})).await
        })
    })
    .await
}

pub(crate) async fn undone(db: Db, ctx: Ctx, error: Value) -> Result<(), Failure> {
    db.write(move |tx| {
        Box::pin(async move {
            let what = format!("undone {}", ctx.job.id);
            tx.execute("INSERT INTO done (what) VALUES ($1)", &[what.into()])
                .await?;
            ctx.fail(tx, error).await
        })
    })
    .await
    .map_err(retry)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that map_err wants"
)]
pub(crate) fn retry(error: SqlError) -> Failure {
    Failure::Retry {
        error: json!({"sql": error.to_string()}),
    }
}

pub(crate) fn fatal(kind: &str) -> Failure {
    Failure::Fatal {
        error: json!({"kind": kind}),
    }
}

/// For transactions that are given up on purpose; nothing else may fail in them.
#[derive(Debug)]
pub(crate) struct Abandoned;

impl From<SqlError> for Abandoned {
    fn from(error: SqlError) -> Abandoned {
        panic!("{error}")
    }
}

impl From<EnqueueError> for Abandoned {
    fn from(error: EnqueueError) -> Abandoned {
        panic!("{error}")
    }
}

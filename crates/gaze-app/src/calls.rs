//! Remembered answers, for vendors whose clients name a call and ask for its outcome later, or
//! have it posted to them.
//!
//! A call that starts work is answered when the work has ended, or has had its time. Who made the
//! call may be gone by then, and so may the process that took it: calls without an answer are
//! looked after by every process, and the first to see the end writes it down. The notice of the
//! answer is enqueued in the same transaction.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use gaze_catalog::call::{self, Call};
use gaze_domain::{Error, JobId, Noun, Result, Timestamp};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::work::sql;
use crate::{App, Work, WorkState, clock, errors, notices};

/// Longest answer that is remembered, in bytes.
const MAX_ANSWER: usize = 4 << 20;
/// Pause between two looks at calls that are open.
const PAUSE: Duration = Duration::from_secs(1);
/// Longest time without a look, since another process may have left a call open.
const LONG_PAUSE: Duration = Duration::from_secs(30);
/// Open calls that one look sees.
const LOOK: u32 = 1000;
/// A call that started no work and has no answer after this long will never have one: the process
/// that took it died.
pub(crate) const ABANDONED: Duration = Duration::from_mins(10);

/// A call that takes an id.
#[derive(Clone, Debug)]
pub struct NewCall {
    pub id: JobId,
    /// The face that took it, and that will find words for its end.
    pub face: &'static str,
    /// The work whose end is the answer. Without, the caller of [`App::begin_call`] answers.
    pub work: Option<JobId>,
    /// A URL that [`App::check_hook`] has passed, to post the answer to.
    pub hook: Option<String>,
    /// Whether whoever is told wants to know the answer's classes.
    pub classes: bool,
    /// When the work has had its time and is cancelled.
    pub deadline: Option<Timestamp>,
}

/// How a call ended whose maker did not stay for it.
#[derive(Debug)]
pub enum Ended {
    /// With its work.
    Work(Box<Work>),
    /// With its work, which was cancelled because its time was up.
    TimedOut,
    /// Not at all: the process died before there was an answer.
    Interrupted,
}

/// Status and body of an answer.
pub type Answer = (u16, String);

/// A face's words for the end of a call; the flag says whether with classes.
pub type Teller =
    for<'a> fn(&'a App, Ended, bool) -> Pin<Box<dyn Future<Output = Result<Answer>> + Send + 'a>>;

/// What is known of open calls beyond the catalogue.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    tellers: Mutex<BTreeMap<&'static str, Teller>>,
    /// There is a new open call.
    pub(crate) begun: Notify,
}

impl App {
    /// Has the face find the words for the ends of its calls.
    pub fn tell_ends(&self, face: &'static str, teller: Teller) {
        let mut tellers = self
            .calls()
            .tellers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        tellers.insert(face, teller);
        self.calls().begun.notify_one();
    }

    /// Takes an id for a call. Fails with [`Error::AlreadyExists`] if a call has it, or a job that
    /// is not the call's own.
    pub async fn begin_call(&self, new: NewCall) -> Result<()> {
        let id = new.id;
        if new.work != Some(id) && self.find_work(id).await?.is_some() {
            return Err(Error::exists(Noun::Job, id));
        }
        let call = Call {
            id,
            face: new.face.to_owned(),
            work: new.work,
            hook: new.hook,
            classes: new.classes,
            deadline: new.deadline,
            answer: None,
            created_at: self.now(),
            finished_at: None,
        };
        self.catalog()
            .write(move |tx| Box::pin(async move { call::insert(tx, &call).await }))
            .await?;
        self.calls().begun.notify_one();
        Ok(())
    }

    /// Remembers the answer of a call that has begun, and enqueues its notice if somebody is to
    /// have one. A call that has been answered keeps its answer.
    pub async fn finish_call(&self, id: JobId, status: u16, body: String) -> Result<()> {
        if body.len() > MAX_ANSWER {
            return Err(Error::internal("remembering an answer", "it is too long"));
        }
        let (now, jobs, notice) = (self.now(), self.jobs().clone(), JobId::new(self.new_uuid()));
        let tries = self.settings().notice_tries;
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    if call::answer(tx, id, status, &body, now).await?
                        && let Some(call) = call::find(tx, id).await?
                        && call.hook.is_some()
                    {
                        notices::enqueue(tx, &jobs, notice, call.id, tries).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Takes back [`App::begin_call`], of a call that was refused before anything came of it.
    pub async fn forget_call(&self, id: JobId) -> Result<()> {
        self.catalog()
            .write(move |tx| Box::pin(async move { call::forget(tx, id).await }))
            .await
    }

    /// A call that has begun, with its answer once there is one. Answers are forgotten some time
    /// after they were given (`Settings::keep_answers`).
    pub async fn find_call(&self, id: JobId) -> Result<Option<Call>> {
        Ok(call::find(&mut self.catalog().read(), id).await?)
    }

    /// Goes on with what a request began, whether or not its client stays.
    pub fn keep_going<F>(&self, work: F) -> tokio::task::JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.tasks().spawn(work)
    }

    /// Answers the open calls whose work has ended, cancels work that has had its time, and gives
    /// up calls that nobody will answer. Returns how many stay open.
    pub async fn look_after_calls(&self) -> Result<usize> {
        let open = call::open(&mut self.catalog().read(), LOOK).await?;
        let works: Vec<String> = open
            .iter()
            .filter_map(|call| call.work)
            .map(JobId::hex)
            .collect();
        let mut ended = BTreeMap::new();
        for job in self.jobs().finished_among(&works).await.map_err(sql)? {
            let work = crate::work::view(job)?;
            ended.insert(work.id, work);
        }
        let (now, mut left) = (self.now(), 0);
        let abandoned = |call: &Call| call.created_at < clock::before(now, ABANDONED);
        for call in open {
            let end = match call.work {
                Some(id) => match ended.remove(&id) {
                    Some(work) => Some(Ended::of(work, call.deadline)),
                    // The process may have died before it began the work.
                    None if abandoned(&call) && self.find_work(id).await?.is_none() => {
                        Some(Ended::Interrupted)
                    }
                    None => {
                        if call.deadline.is_some_and(|deadline| deadline <= now) {
                            self.jobs().cancel(&id.hex()).await.map_err(sql)?;
                        }
                        None
                    }
                },
                None => abandoned(&call).then_some(Ended::Interrupted),
            };
            let told = match end {
                Some(end) => self.tell(&call, end).await?,
                None => false,
            };
            if !told {
                left += 1;
            }
        }
        Ok(left)
    }

    /// Whether the face found words.
    async fn tell(&self, call: &Call, end: Ended) -> Result<bool> {
        let Some((status, body)) = self.words(&call.face, end, call.classes).await? else {
            return Ok(false);
        };
        self.finish_call(call.id, status, body).await?;
        Ok(true)
    }

    /// The face's words for an end; a face that this process does not serve is served by another.
    pub(crate) async fn words(
        &self,
        face: &str,
        end: Ended,
        classes: bool,
    ) -> Result<Option<Answer>> {
        let teller = self
            .calls()
            .tellers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(face)
            .copied();
        match teller {
            Some(teller) => teller(self, end, classes).await.map(Some),
            None => Ok(None),
        }
    }
}

impl Ended {
    /// What the end of work means for a call that gave it time until then.
    pub fn of(work: Work, deadline: Option<Timestamp>) -> Self {
        let late = deadline
            .zip(work.finished_at)
            .is_some_and(|(deadline, finished)| deadline <= finished);
        if late && work.state == WorkState::Cancelled {
            Self::TimedOut
        } else {
            Self::Work(Box::new(work))
        }
    }
}

async fn look(app: &App) -> Result<usize> {
    Ok(app.look_after_calls().await? + app.look_after_long_jobs().await?)
}

/// Looks after open calls and long jobs until it is told to stop.
pub(crate) async fn keep_looking(app: App, stop: CancellationToken) {
    let mut pause = PAUSE;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = app.calls().begun.notified(), if pause == LONG_PAUSE => {}
            () = tokio::time::sleep(pause) => {}
        }
        pause = match look(&app).await {
            Ok(0) => LONG_PAUSE,
            Ok(_) => PAUSE,
            Err(error) => {
                tracing::error!(reason = %errors::with_causes(&error), "open calls could not be looked after");
                PAUSE
            }
        };
    }
}

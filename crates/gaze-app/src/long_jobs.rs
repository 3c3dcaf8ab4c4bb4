//! Long jobs: work that a client asked to be kept account of, under a name of its own.
//!
//! The account is there before the work begins, with the id that the work will have; so whatever
//! happens to the process, there is an account of every piece of work, and one of work that never
//! began ends as interrupted.

use std::collections::BTreeMap;

use gaze_catalog::long_job::{self, LongJob};
use gaze_domain::{Caller, Error, JobId, Noun, ProjectId, Result, access};

use crate::requests::TagText;
use crate::tags::insert_all;
use crate::work::sql;
use crate::{App, Ended, Work, WorkState, calls, clock};

/// Long jobs that one list shows; the newest.
const MAX_LISTED: u32 = 10_000;
/// Open long jobs that one look sees.
const LOOK: u32 = 1000;

/// A long job to be.
#[derive(Clone, Debug)]
pub struct NewLongJob {
    pub id: JobId,
    pub face: &'static str,
    /// The call that asks for it.
    pub request: JobId,
    pub name: String,
    pub description: Option<String>,
    /// What is done, in the face's word.
    pub operation: String,
    /// What it is done with, in the face's words and without secrets.
    pub data: String,
    /// Whether `data` is all that was sent.
    pub whole: bool,
    pub target: Option<String>,
}

/// How a long job is.
#[derive(Clone, Debug)]
pub struct LongJobView {
    pub job: LongJob,
    pub state: WorkState,
    /// Whether it was asked to stop and has not yet.
    pub cancelling: bool,
    /// 0 to 100.
    pub percent: f64,
}

impl App {
    /// Opens the account of a long job, whose work is then to be begun under the id that this
    /// returns. If it is refused, [`App::drop_long_job`] takes the account back.
    pub async fn begin_long_job(
        &self,
        caller: &Caller,
        new: NewLongJob,
        tags: Vec<TagText>,
    ) -> Result<JobId> {
        caller.must_write("begin a job", Noun::Job)?;
        let (now, work) = (self.now(), JobId::new(self.new_uuid()));
        let job = LongJob {
            id: new.id,
            owner: caller.project,
            face: new.face.to_owned(),
            request: new.request,
            work,
            name: new.name,
            description: new.description,
            operation: new.operation,
            data: new.data,
            whole: new.whole,
            target: new.target,
            outcome: None,
            result: None,
            created_at: now,
            updated_at: now,
            finished_at: None,
        };
        let tags = self.new_tags(Noun::Job, job.id.uuid(), tags)?;
        let maker = caller.project;
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    long_job::insert(tx, &job).await?;
                    insert_all(tx, maker, tags).await
                })
            })
            .await?;
        self.calls().begun.notify_one();
        Ok(work)
    }

    /// Opens the account of a finished long job again, for the same to be done once more. Returns
    /// the id that the work is to have.
    pub async fn reopen_long_job(
        &self,
        caller: &Caller,
        id: JobId,
        request: JobId,
    ) -> Result<JobId> {
        caller.must_write("run a job again", Noun::Job)?;
        self.get_long_job(caller, id).await?;
        let (now, work) = (self.now(), JobId::new(self.new_uuid()));
        let reopened = self
            .catalog()
            .write(move |tx| {
                Box::pin(async move { long_job::reopen(tx, id, request, work, now).await })
            })
            .await?;
        if reopened {
            self.calls().begun.notify_one();
            Ok(work)
        } else {
            Err(unfinished(id))
        }
    }

    /// Closes the account of a long job whose work was over at once or, run again, was refused.
    pub async fn end_long_job(&self, id: JobId, state: WorkState, result: String) -> Result<()> {
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    long_job::finish(tx, id, state.as_str(), &result, now).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Takes [`App::begin_long_job`] back.
    pub async fn drop_long_job(&self, id: JobId) -> Result<()> {
        self.catalog()
            .write(move |tx| Box::pin(async move { long_job::delete(tx, id).await }))
            .await
    }

    /// The long jobs of the caller's project, the newest first; of all for an administrator.
    pub async fn list_long_jobs(&self, caller: &Caller) -> Result<Vec<LongJobView>> {
        self.look_after_long_jobs().await?;
        let owner = (!caller.is_admin()).then_some(caller.project);
        let jobs = long_job::list(&mut self.catalog().read(), owner, MAX_LISTED).await?;
        let mut views = Vec::with_capacity(jobs.len());
        for job in jobs {
            views.push(self.view_long_job(job).await?);
        }
        Ok(views)
    }

    /// A long job of the caller's project.
    pub async fn get_long_job(&self, caller: &Caller, id: JobId) -> Result<LongJobView> {
        let job = long_job::find(&mut self.catalog().read(), id)
            .await?
            .filter(|job| access::owns(caller, job.owner))
            .ok_or_else(|| Error::not_found(Noun::Job, id))?;
        self.view_long_job(job).await
    }

    /// How far that has come which a call of the caller's project began: 0 to 100.
    pub async fn progress_of_call(&self, caller: &Caller, request: JobId) -> Result<Option<f64>> {
        let owned = |owner: ProjectId| access::owns(caller, owner);
        let asked = long_job::find_requested(&mut self.catalog().read(), request).await?;
        if let Some(job) = asked.filter(|job| owned(job.owner)) {
            return Ok(Some(self.view_long_job(job).await?.percent));
        }
        let work = self.find_work(request).await?;
        Ok(work
            .filter(|work| owned(work.owner))
            .map(|work| work.percent()))
    }

    /// Asks a long job to stop; one that was cancelled stays so. Fails with [`Error::WrongState`]
    /// if it has succeeded or failed.
    pub async fn cancel_long_job(&self, caller: &Caller, id: JobId) -> Result<LongJobView> {
        caller.must_write("cancel a job", Noun::Job)?;
        let view = self.get_long_job(caller, id).await?;
        match view.state {
            WorkState::Cancelled => Ok(view),
            WorkState::Succeeded | WorkState::Failed => Err(Error::WrongState {
                noun: Noun::Job,
                id: id.hex(),
                state: view.state.as_str().to_owned(),
                needed: "it is over".to_owned(),
            }),
            WorkState::Queued | WorkState::Running => {
                self.cancel_work(caller, view.job.work).await?;
                self.get_long_job(caller, id).await
            }
        }
    }

    /// Changes what a long job is called.
    pub async fn update_long_job(
        &self,
        caller: &Caller,
        id: JobId,
        name: Option<String>,
        description: Option<String>,
    ) -> Result<LongJobView> {
        caller.must_write("change a job", Noun::Job)?;
        self.get_long_job(caller, id).await?;
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    long_job::describe(tx, id, name.as_deref(), description.as_deref(), now).await
                })
            })
            .await?;
        self.get_long_job(caller, id).await
    }

    /// Forgets a long job. Fails with [`Error::WrongState`] unless it is finished.
    pub async fn delete_long_job(&self, caller: &Caller, id: JobId) -> Result<()> {
        caller.must_write("delete a job", Noun::Job)?;
        let view = self.get_long_job(caller, id).await?;
        match view.state {
            WorkState::Queued | WorkState::Running => Err(unfinished(id)),
            WorkState::Succeeded | WorkState::Failed | WorkState::Cancelled => {
                self.drop_long_job(id).await
            }
        }
    }

    async fn view_long_job(&self, job: LongJob) -> Result<LongJobView> {
        if let Some(outcome) = &job.outcome {
            return Ok(LongJobView {
                state: outcome.parse()?,
                cancelling: false,
                percent: 100.0,
                job,
            });
        }
        let work = self.find_work(job.work).await?;
        // Work that has ended is not shown as ended before the account says what came of it.
        let state = match &work {
            None => WorkState::Queued,
            Some(work) if work.is_finished() => WorkState::Running,
            Some(work) => work.state,
        };
        Ok(LongJobView {
            state,
            cancelling: work.as_ref().is_some_and(|work| work.cancelling),
            percent: work.as_ref().map_or(0.0, Work::percent),
            job,
        })
    }

    /// Closes the accounts of long jobs whose work has ended, or never began. Returns how many
    /// stay open.
    pub(crate) async fn look_after_long_jobs(&self) -> Result<usize> {
        let open = long_job::open(&mut self.catalog().read(), LOOK).await?;
        let works: Vec<String> = open.iter().map(|job| job.work.hex()).collect();
        let mut ended = BTreeMap::new();
        for job in self.jobs().finished_among(&works).await.map_err(sql)? {
            let work = crate::work::view(job)?;
            ended.insert(work.id, work);
        }
        let long_ago = clock::before(self.now(), calls::ABANDONED);
        let mut left = 0;
        for job in open {
            let (state, end) = match ended.remove(&job.work) {
                Some(work) => (work.state, Ended::of(work, None)),
                None if job.updated_at < long_ago && self.find_work(job.work).await?.is_none() => {
                    (WorkState::Failed, Ended::Interrupted)
                }
                None => {
                    left += 1;
                    continue;
                }
            };
            match self.words(&job.face, end, false).await? {
                Some((_, result)) => self.end_long_job(job.id, state, result).await?,
                None => left += 1,
            }
        }
        Ok(left)
    }
}

fn unfinished(id: JobId) -> Error {
    Error::WrongState {
        noun: Noun::Job,
        id: id.hex(),
        state: "unfinished".to_owned(),
        needed: "wait for its end or cancel it".to_owned(),
    }
}

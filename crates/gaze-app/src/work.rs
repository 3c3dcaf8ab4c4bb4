//! Long work as faces show it: one view of the job queue for every vendor's style.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use gaze_domain::{
    Caller, Error, ExportId, ImageId, InstanceId, JobId, Noun, ProjectId, Result, Runtime,
    Timestamp, access,
};
use gaze_jobs::{Clock, EnqueueError, Job, JobList, Jobs, Options, State};
use gaze_sql::{Db, SqlError};
use serde::{Deserialize, Serialize};

use crate::requests::CaptureSource;
use crate::{App, failure, notices};

gaze_domain::words! {
    /// What a job does.
    pub enum WorkKind("job kind") {
        /// A client sends the bytes.
        Upload = "upload",
        /// The service fetches them from a URL.
        Import = "import",
        /// The service reads them from a volume.
        Capture = "capture",
        /// A machine gets a new root disk, made from another image.
        Reimage = "reimage",
        /// The service converts an image for export.
        Export = "export",
        /// The bytes of a deleted image or export are removed.
        Purge = "purge",
        /// The bytes of one copy are read again and compared with what came.
        Verify = "verify",
        /// The bytes of one copy are written into more stores.
        Copy = "copy",
    }
}

gaze_domain::words! {
    pub enum WorkState("job state") {
        Queued = "queued",
        Running = "running",
        Succeeded = "succeeded",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

/// A job.
#[derive(Debug)]
pub struct Work {
    pub id: JobId,
    pub kind: WorkKind,
    pub state: WorkState,
    pub image: Option<ImageId>,
    /// What it is captured from.
    pub source: Option<CaptureSource>,
    /// The machine that it changes.
    pub instance: Option<InstanceId>,
    /// The export that it makes.
    pub export: Option<ExportId>,
    /// What the address of that export begins with for who asked for it.
    pub origin: Option<String>,
    pub owner: ProjectId,
    /// What the image was called when its import began, and where it was to go. An import that
    /// failed leaves no image to ask.
    pub wanted: Option<Wanted>,
    /// What a client asked for, in its own words, where they are told again.
    pub asked: Option<String>,
    /// Bytes done.
    pub done: u64,
    /// Bytes in all, once known.
    pub total: Option<u64>,
    pub stage: String,
    /// Whether somebody asked it to stop.
    pub cancelling: bool,
    pub failure: Option<Error>,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
}

/// What an import was to bring forth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    pub name: String,
    /// Ids of stores, in their plain form.
    pub stores: Vec<String>,
}

impl Work {
    /// 0 to 100. Finished work is at 100 whatever its outcome, since clients wait for that.
    pub fn percent(&self) -> f64 {
        if self.is_finished() {
            return 100.0;
        }
        let Some(total) = self.total.filter(|total| *total > 0) else {
            return 0.0;
        };
        // Thousandths are exact enough to show, and fit a float exactly.
        let thousandths = u128::from(self.done.min(total)) * 1000 / u128::from(total);
        f64::from(u32::try_from(thousandths).unwrap_or(1000).min(990)) / 10.0
    }

    pub fn is_finished(&self) -> bool {
        match self.state {
            WorkState::Queued | WorkState::Running => false,
            WorkState::Succeeded | WorkState::Failed | WorkState::Cancelled => true,
        }
    }
}

impl WorkState {
    const fn of_job(self) -> State {
        match self {
            Self::Queued => State::Queued,
            Self::Running => State::Running,
            Self::Succeeded => State::Succeeded,
            Self::Failed => State::Failed,
            Self::Cancelled => State::Cancelled,
        }
    }
}

/// Which jobs of a list, and how they are ordered.
#[derive(Clone, Debug, Default)]
pub struct WorkFilter {
    /// Of these kinds; of all if there is none.
    pub kinds: Vec<WorkKind>,
    /// In these states; in all if there is none.
    pub states: Vec<WorkState>,
    /// The oldest first instead of the newest.
    pub ascending: bool,
}

/// A page of jobs, newest first.
#[derive(Clone, Debug)]
pub struct WorkList {
    pub image: Option<ImageId>,
    pub unfinished_only: bool,
    pub after: Option<JobId>,
    pub limit: u32,
}

#[derive(Debug)]
struct RuntimeClock(Arc<dyn Runtime>);

impl Clock for RuntimeClock {
    fn now_micros(&self) -> i64 {
        self.0.now().as_microsecond()
    }

    fn fresh_id(&self) -> String {
        self.0.uuid().simple().to_string()
    }
}

pub(crate) async fn open_queue(
    db: &Db,
    runtime: Arc<dyn Runtime>,
    settings: &crate::Settings,
) -> Result<Jobs> {
    let options = Options {
        transfers: settings.transfers,
        quick: settings.quick,
        notices: settings.notices,
        ..Options::default()
    };
    Jobs::open(db, Arc::new(RuntimeClock(runtime)), options)
        .await
        .map_err(sql)
}

/// The error of a job that could not be enqueued.
pub(crate) fn enqueue_failure(error: EnqueueError) -> gaze_catalog::Failure {
    match error {
        EnqueueError::Duplicate { id } => Error::exists(Noun::Job, id).into(),
        EnqueueError::Sql(error) => error.into(),
    }
}

pub(crate) fn sql(error: SqlError) -> Error {
    gaze_catalog::Failure::Sql(error).into()
}

impl App {
    /// A job, whoever asks: a job's id is known only to whom it was told, and ZStack's clients
    /// poll without credentials.
    pub async fn find_work(&self, id: JobId) -> Result<Option<Work>> {
        self.jobs()
            .find(&id.hex())
            .await
            .map_err(sql)?
            .filter(|job| job.kind != notices::KIND)
            .map(view)
            .transpose()
    }

    /// A job once it has finished, or as it is when the time is up.
    pub async fn wait_for_work(&self, id: JobId, timeout: Duration) -> Result<Option<Work>> {
        self.jobs()
            .wait(&id.hex(), timeout)
            .await
            .map_err(sql)?
            .map(view)
            .transpose()
    }

    /// A job of the caller's project.
    pub async fn get_work(&self, caller: &Caller, id: JobId) -> Result<Work> {
        self.find_work(id)
            .await?
            .filter(|work| access::owns(caller, work.owner))
            .ok_or_else(|| Error::not_found(Noun::Job, id))
    }

    /// Jobs of the caller's project; of all for an administrator.
    pub async fn list_work(&self, caller: &Caller, list: WorkList) -> Result<Vec<Work>> {
        self.filter_work(caller, list, WorkFilter::default()).await
    }

    /// The same, of some kinds and states alone or the oldest first.
    pub async fn filter_work(
        &self,
        caller: &Caller,
        list: WorkList,
        filter: WorkFilter,
    ) -> Result<Vec<Work>> {
        let list = JobList {
            owner: (!caller.is_admin()).then(|| caller.project.hex()),
            subject: list.image.map(ImageId::hex),
            kinds: filter.kinds.iter().map(ToString::to_string).collect(),
            states: filter.states.iter().map(|state| state.of_job()).collect(),
            except: Some(notices::KIND.to_owned()),
            unfinished: list.unfinished_only,
            after: list.after.map(JobId::hex),
            limit: list.limit.min(1000),
            ascending: filter.ascending,
        };
        self.jobs()
            .list(&list)
            .await
            .map_err(sql)?
            .into_iter()
            .map(view)
            .collect()
    }

    /// Asks a job to stop. It is rolled back before it counts as cancelled.
    pub async fn cancel_work(&self, caller: &Caller, id: JobId) -> Result<Work> {
        let work = self.get_work(caller, id).await?;
        caller.must_write("cancel a job", Noun::Job)?;
        if work.kind == WorkKind::Purge {
            return Err(Error::forbidden(
                "cancel the removal of bytes",
                Noun::Job,
                id,
            ));
        }
        self.jobs().cancel(&id.hex()).await.map_err(sql)?;
        self.get_work(caller, id).await
    }

    /// What is being done to these images now, besides exporting and copying them: one statement.
    pub async fn running_work(&self, images: &[ImageId]) -> Result<HashMap<ImageId, Work>> {
        let subjects: Vec<String> = images.iter().map(|id| id.hex()).collect();
        let mut running = HashMap::new();
        for job in self.jobs().unfinished_of(&subjects).await.map_err(sql)? {
            let work = view(job)?;
            let beside = matches!(work.kind, WorkKind::Export | WorkKind::Copy);
            if let Some(image) = work.image.filter(|_| !beside) {
                running.insert(image, work);
            }
        }
        Ok(running)
    }
}

pub(crate) fn view(job: Job) -> Result<Work> {
    let time = |micros: i64| {
        Timestamp::from_microsecond(micros)
            .map_err(|error| Error::internal("reading a job's time", error))
    };
    let kind: WorkKind = job.kind.parse()?;
    let (image, instance) = match kind {
        WorkKind::Upload
        | WorkKind::Import
        | WorkKind::Capture
        | WorkKind::Export
        | WorkKind::Purge
        | WorkKind::Verify
        | WorkKind::Copy => (ImageId::parse(&job.subject), None),
        WorkKind::Reimage => (
            job.payload["image"].as_str().and_then(ImageId::parse),
            InstanceId::parse(&job.subject),
        ),
    };
    Ok(Work {
        id: job.id.parse()?,
        kind,
        state: match job.state {
            State::Queued => WorkState::Queued,
            State::Running => WorkState::Running,
            State::Succeeded => WorkState::Succeeded,
            State::Failed => WorkState::Failed,
            State::Cancelled => WorkState::Cancelled,
        },
        image,
        source: (kind == WorkKind::Capture)
            .then(|| CaptureSource::read(&job.payload).ok())
            .flatten(),
        instance,
        export: job.payload["export"].as_str().and_then(ExportId::parse),
        origin: job.payload["origin"].as_str().map(str::to_owned),
        owner: job.owner.parse()?,
        wanted: serde_json::from_value(job.payload["wanted"].clone()).ok(),
        asked: job.payload["asked"].as_str().map(str::to_owned),
        done: job.progress_done,
        total: job.progress_total,
        cancelling: job.cancel_requested && !job.state.is_final(),
        stage: job.stage,
        failure: job
            .error
            .as_ref()
            .filter(|_| job.state.is_final())
            .map(failure::from_json),
        created_at: time(job.created_at)?,
        started_at: job.started_at.map(time).transpose()?,
        finished_at: job.finished_at.map(time).transpose()?,
    })
}

//! `JobResult`: how jobs stand. Clients take an answer without a job for "not yet", or fall over
//! it, so one unknown job fails the call.

use gaze_domain::{Error, JobId};

use crate::call::Call;
use crate::errors::Failure;
use crate::map::job;
use crate::wire::Job;

/// Most jobs in one call.
const MAX_JOBS: usize = 100;

pub(crate) async fn job_result(call: Call) -> Result<Vec<Job>, Failure> {
    let Call {
        app,
        caller,
        params,
    } = call;
    let ids: Vec<&str> = params
        .text("jobUuids")?
        .split(',')
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .collect();
    if ids.is_empty() {
        return Err(Error::invalid("jobUuids", "is missing").into());
    }
    if ids.len() > MAX_JOBS {
        return Err(Error::invalid("jobUuids", format!("at most {MAX_JOBS} may be given")).into());
    }
    let mut jobs = Vec::with_capacity(ids.len());
    for id in ids {
        let id: JobId = id.parse()?;
        jobs.push(job::job(&app.get_work(&caller, id).await?));
    }
    Ok(jobs)
}

//! Long job → LongJobInventory.

use gaze_app::{LongJobView, WorkState};
use gaze_domain::JobId;

use crate::wire::date;
use crate::wire::long_job::LongJob;

pub(crate) fn inventory(view: &LongJobView) -> LongJob {
    let job = &view.job;
    LongJob {
        uuid: job.id.hex(),
        name: job.name.clone(),
        description: job.description.clone(),
        api_id: JobId::hex(job.request),
        job_name: job.operation.clone(),
        job_data: job.data.clone(),
        job_result: job.result.clone(),
        state: state(view.state, view.cancelling),
        target_resource_uuid: job.target.clone(),
        create_date: date::show(job.created_at),
        last_op_date: date::show(job.updated_at),
        // Whole seconds, and at least one, as the server counts.
        execute_time: job
            .finished_at
            .map(|end| end.duration_since(job.created_at).as_secs().max(1)),
    }
}

/// LongJobState.
const fn state(state: WorkState, cancelling: bool) -> &'static str {
    match state {
        WorkState::Queued => "Waiting",
        WorkState::Running if cancelling => "Canceling",
        WorkState::Running => "Running",
        WorkState::Succeeded => "Succeeded",
        WorkState::Failed => "Failed",
        WorkState::Cancelled => "Canceled",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_word() {
        let words: Vec<_> = WorkState::ALL
            .iter()
            .map(|found| state(*found, false))
            .collect();
        assert_eq!(state(WorkState::Running, true), "Canceling");
        assert_eq!(state(WorkState::Cancelled, true), "Canceled");
        assert_eq!(
            words,
            ["Waiting", "Running", "Succeeded", "Failed", "Canceled"]
        );
    }
}

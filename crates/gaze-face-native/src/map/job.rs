//! Long work.

use gaze_app::Work;

use crate::errors::Refusal;
use crate::wire::job::{Job, JobFailure};
use crate::wire::value::{Id, Time, Word};

impl From<Work> for Job {
    fn from(work: Work) -> Self {
        let percent = work.percent();
        Self {
            id: Id(work.id),
            kind: Word(work.kind),
            state: Word(work.state),
            image: work.image.map(Id),
            instance: work.instance.map(Id),
            owner: Id(work.owner),
            done: work.done,
            total: work.total,
            percent,
            stage: work.stage,
            failure: work.failure.as_ref().map(|error| {
                let refusal = Refusal::of(error);
                JobFailure {
                    kind: refusal.kind.address(),
                    title: refusal.kind.title,
                    detail: refusal.detail,
                    hint: refusal.hint,
                }
            }),
            created_at: Time(work.created_at),
            started_at: work.started_at.map(Time),
            finished_at: work.finished_at.map(Time),
        }
    }
}

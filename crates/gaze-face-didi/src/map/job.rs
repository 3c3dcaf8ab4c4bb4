//! Jobs: views of the one job that every face shows.

use gaze_app::{Work, WorkKind, WorkState};
use serde_json::Number;

use crate::errors;
use crate::wire::Job;

pub(crate) fn job(work: &Work) -> Job {
    let (done, success) = outcome(work.state);
    Job {
        done,
        job_uuid: work.id.hex(),
        progress: progress(work),
        resource_type: (!done).then_some("cimg"),
        resource_uuid: work.image.map(gaze_domain::ImageId::hex),
        result: (done && !success).then(|| reason(work)),
        status: (!done).then_some("Processing"),
        success,
        kind: kind(work.kind),
        uuid: work.id.hex(),
    }
}

/// `done` and `success`.
const fn outcome(state: WorkState) -> (bool, bool) {
    match state {
        WorkState::Queued | WorkState::Running => (false, false),
        WorkState::Succeeded => (true, true),
        WorkState::Failed | WorkState::Cancelled => (true, false),
    }
}

/// The vendor's word for what the job does. It knows two ways to an image: from a disk of its own
/// (`CreateCIMG`) and from elsewhere (`ImportCIMG`). A machine with another image is rebuilt.
const fn kind(kind: WorkKind) -> &'static str {
    match kind {
        WorkKind::Import | WorkKind::Upload => "ImportCIMG",
        WorkKind::Capture => "CreateCIMG",
        WorkKind::Reimage => "RebuildDC2",
        WorkKind::Purge => "DeleteCIMG",
        WorkKind::Verify => "VerifyCIMG",
        // The vendor has no exports and no copies; the words are ours, in its manner.
        WorkKind::Export => "ExportCIMG",
        WorkKind::Copy => "CopyCIMG",
    }
}

/// Percent. A finished job says 100 even if it failed: Terraform's provider
/// polls on below 100 and never reads the reason.
fn progress(work: &Work) -> Number {
    let percent = if outcome(work.state).0 {
        100.0
    } else {
        work.percent()
    };
    // Whole numbers are written as such in all published examples.
    if percent.fract() == 0.0 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a percentage, whole by the line above"
        )]
        Number::from(percent as i64)
    } else {
        Number::from_f64(percent).unwrap_or_else(|| Number::from(0))
    }
}

fn reason(work: &Work) -> String {
    work.failure
        .as_ref()
        .map_or_else(|| "cancelled".to_owned(), errors::reason)
}

#[cfg(test)]
mod tests {
    use gaze_domain::Error;
    use serde_json::json;

    use super::*;
    use crate::map::testing;

    fn shown(work: &Work) -> serde_json::Value {
        serde_json::to_value(job(work)).unwrap()
    }

    #[test]
    fn a_job_under_way_is_shown_as_in_the_example_of_a_creation() {
        let mut work = testing::work(WorkKind::Capture, WorkState::Queued);
        let expected = json!({
            "done": false,
            "jobUuid": "00000000000000000000000000000009",
            "progress": 0,
            "resourceType": "cimg",
            "resourceUuid": "00000000000000000000000000000064",
            "status": "Processing",
            "success": false,
            "type": "CreateCIMG",
            "uuid": "00000000000000000000000000000009",
        });
        assert_eq!(shown(&work), expected);
        work.state = WorkState::Running;
        assert_eq!(shown(&work), expected);
    }

    #[test]
    fn a_finished_job_is_shown_as_in_the_example_of_job_result() {
        let work = testing::work(WorkKind::Import, WorkState::Succeeded);
        let expected = json!({
            "done": true,
            "jobUuid": "00000000000000000000000000000009",
            "progress": 100,
            "resourceUuid": "00000000000000000000000000000064",
            "success": true,
            "type": "ImportCIMG",
            "uuid": "00000000000000000000000000000009",
        });
        assert_eq!(shown(&work), expected);
    }

    #[test]
    fn a_failed_job_is_complete_and_says_why() {
        let mut work = testing::work(WorkKind::Import, WorkState::Failed);
        work.failure = Some(Error::refused("it refers to another file"));
        let found = shown(&work);
        assert_eq!(found["done"], true);
        assert_eq!(found["success"], false);
        assert_eq!(found["progress"], 100);
        assert_eq!(
            found["result"],
            "the image was refused: it refers to another file"
        );

        work.state = WorkState::Cancelled;
        work.failure = None;
        assert_eq!(shown(&work)["result"], "cancelled");
    }

    #[test]
    fn progress_is_a_percentage() {
        let mut work = testing::work(WorkKind::Import, WorkState::Running);
        work.total = Some(3);
        for (done, expected) in [(0, json!(0)), (1, json!(33.3)), (3, json!(99))] {
            work.done = done;
            assert_eq!(shown(&work)["progress"], expected);
        }
    }

    #[test]
    fn every_kind_has_a_word() {
        let words: Vec<_> = WorkKind::ALL
            .iter()
            .map(|found| (found.as_str(), kind(*found)))
            .collect();
        assert_eq!(
            words,
            [
                ("upload", "ImportCIMG"),
                ("import", "ImportCIMG"),
                ("capture", "CreateCIMG"),
                ("reimage", "RebuildDC2"),
                ("export", "ExportCIMG"),
                ("purge", "DeleteCIMG"),
                ("verify", "VerifyCIMG"),
                ("copy", "CopyCIMG"),
            ]
        );
    }
}

//! Jobs as Glance's tasks.

use gaze_app::{Work, WorkKind, WorkState};
use serde_json::json;

use super::words::time;
use crate::wire::task::Task;

/// What brings the bytes of an image. Glance's own word for an import.
pub(crate) const IMPORT: &str = "api_image_import";

/// The same, asked for as a task.
pub(crate) const BY_HAND: &str = "import";

pub(crate) fn kind(work: &Work) -> &'static str {
    match work.asked {
        Some(_) => BY_HAND,
        None => IMPORT,
    }
}

pub(crate) const fn status(state: WorkState) -> &'static str {
    match state {
        WorkState::Queued => "pending",
        WorkState::Running => "processing",
        WorkState::Succeeded => "success",
        WorkState::Failed | WorkState::Cancelled => "failure",
    }
}

/// The jobs that are tasks: those that bring an image's bytes.
pub(crate) const KINDS: &[WorkKind] = &[
    WorkKind::Upload,
    WorkKind::Import,
    WorkKind::Capture,
    WorkKind::Copy,
];

pub(crate) fn is_task(work: &Work) -> bool {
    KINDS.contains(&work.kind)
}

pub(crate) fn task(work: &Work) -> Task {
    let id = work.id.hyphenated();
    let changed = work.finished_at.or(work.started_at);
    let image = work.image.map(gaze_domain::ImageId::hyphenated);
    let done = work.asked.is_some() && work.state == WorkState::Succeeded;
    Task {
        kind: kind(work),
        status: status(work.state),
        owner: work.owner.hex(),
        // Kept as the text of the JSON that came.
        input: work
            .asked
            .as_deref()
            .and_then(|asked| serde_json::from_str(asked).ok()),
        result: done.then(|| json!({ "image_id": image })),
        image_id: image,
        // The sentence of a refusal; its causes stay with the service.
        message: work
            .failure
            .as_ref()
            .map_or_else(String::new, ToString::to_string),
        created_at: time(work.created_at),
        updated_at: time(changed.unwrap_or(work.created_at)),
        expires_at: None,
        this: format!("/v2/tasks/{id}"),
        schema: "/v2/schemas/task",
        id,
    }
}

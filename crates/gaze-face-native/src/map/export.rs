//! Exports of images.

use gaze_app::{Exported, NewExport};
use gaze_domain::{ExportState, ImageId};

use crate::wire::export as wire;
use crate::wire::value::{Id, Time, Word};

/// Where addresses of exports begin. The log leaves out what follows `exported`.
const PATH: &str = "/gaze/v1/exported";

/// The export with its address. `origin` is that of the request that is answered.
pub(crate) fn shown(exported: Exported, origin: &str) -> wire::Export {
    let Exported {
        export,
        file_name,
        capability,
    } = exported;
    let ready = export.state == ExportState::Ready;
    let url = ready.then(|| format!("{origin}{PATH}/{}/{file_name}", capability.reveal()));
    wire::Export {
        id: Id(export.id),
        image: Id(export.image),
        store: Id(export.store),
        format: Word(export.format),
        state: Word(export.state),
        size: export.size.0,
        md5: export.md5,
        sha256: export.sha256,
        file_name,
        url,
        job: export.job.map(Id),
        created_at: Time(export.created_at),
        updated_at: Time(export.updated_at),
    }
}

pub(crate) fn wanted(image: ImageId, new: &wire::NewExport) -> NewExport {
    NewExport {
        image,
        store: new.store.as_ref().map(|id| id.0),
        format: new.format.as_ref().map(|word| word.0),
        job: None,
        origin: None,
    }
}

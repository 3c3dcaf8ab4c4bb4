//! Exports as ZStack has them: a URL and an MD5 of a copy of an image.

use gaze_app::Exported;
use gaze_domain::ExportState;

use crate::download;
use crate::wire::image as wire;

/// The address of an export. `origin` is that of the request that is answered.
pub(crate) fn url(origin: &str, exported: &Exported) -> String {
    let capability = exported.capability.reveal();
    format!(
        "{origin}{}/{capability}/{}",
        download::PATH,
        exported.file_name
    )
}

/// Shows with each copy the newest export of it that can be read.
pub(crate) fn show(image: &mut wire::Image, exports: &[Exported], origin: &str) {
    for copy in &mut image.backup_storage_refs {
        let of_it = exports.iter().rfind(|told| {
            told.export.state == ExportState::Ready
                && told.export.store.hex() == copy.backup_storage_uuid
        });
        if let Some(told) = of_it {
            copy.export_url = Some(url(origin, told));
            copy.export_md5_sum.clone_from(&told.export.md5);
        }
    }
}

//! Image → ImageInventory.

use gaze_domain::{Image, Location, LocationState, Store, StoreId};

use super::words;
use crate::wire::date;
use crate::wire::image as wire;

/// The inventory of an image. `stores` tell where its copies lie; a copy in a store that is not
/// among them is shown with its key alone.
///
/// `size` is the size that a guest sees, as for every template of ZStack, and the size of the
/// stored file while the former is not known; `actualSize` is the size of the stored file.
pub(crate) fn inventory<'a>(
    image: &Image,
    store: impl Fn(StoreId) -> Option<&'a Store>,
) -> wire::Image {
    wire::Image {
        uuid: image.id.hex(),
        name: image.name.clone(),
        description: image.description.clone(),
        state: words::enabled(image.enabled),
        status: words::status(image.status),
        size: image.virtual_size.or(image.size).map(|size| size.0),
        actual_size: image.size.map(|size| size.0),
        md5_sum: image.checksums.md5.clone(),
        url: image.source.clone(),
        media_type: words::media(image.media),
        guest_os_type: image.os.guest_type.clone(),
        r#type: IMAGE_TYPE,
        platform: words::platform(image.platform),
        architecture: image.architecture.map(words::architecture),
        format: image.format.map(words::format),
        system: image.system,
        virtio: image.virtio,
        create_date: date::show(image.created_at),
        last_op_date: date::show(image.updated_at),
        backup_storage_refs: image
            .locations
            .iter()
            .map(|location| reference(image, location, store(location.store)))
            .collect(),
    }
}

/// `type` of every image.
pub(crate) const IMAGE_TYPE: &str = "zstack";

fn reference(image: &Image, location: &Location, store: Option<&Store>) -> wire::BackupStorageRef {
    wire::BackupStorageRef {
        id: location.ordinal,
        image_uuid: location.image.hex(),
        backup_storage_uuid: location.store.hex(),
        install_path: match (location.state, store) {
            (LocationState::Writing, _) => String::new(),
            (
                LocationState::Ready | LocationState::Deleted | LocationState::Deleting,
                Some(store),
            ) => {
                format!("{}/{}", store.url.trim_end_matches('/'), location.key)
            }
            (LocationState::Ready | LocationState::Deleted | LocationState::Deleting, None) => {
                location.key.clone()
            }
        },
        status: words::location_status(image.status, location.state),
        export_url: None,
        export_md5_sum: None,
        create_date: date::show(location.created_at),
        last_op_date: date::show(location.updated_at),
    }
}

#[cfg(test)]
mod tests;

use gaze_domain::{ByteCount, Status};

use super::*;
use crate::testing;

#[test]
fn an_image_is_shown_with_its_copies() {
    let store = testing::store(9);
    let mut image = testing::image(1);
    let mut location = testing::location(&image, store.id);
    location.key = "images/ab".into();
    location.ordinal = 4;
    image.locations = vec![location];
    let shown = inventory(&image, |id| (id == store.id).then_some(&store));
    assert_eq!(
        crate::answer::json(&shown.backup_storage_refs[0]).unwrap(),
        serde_json::json!({
            "id": 4,
            "imageUuid": image.id.hex(),
            "backupStorageUuid": store.id.hex(),
            "installPath": "/stores/s/images/ab",
            "status": "Ready",
            "createDate": "Jan 1, 1970 12:00:00 AM",
            "lastOpDate": "Jan 1, 1970 12:00:00 AM",
        }),
    );
    assert_eq!(shown.uuid, "00000000000000000000000000000001");
    assert_eq!(shown.state, "Enabled");
    assert_eq!(shown.status, "Ready");
    assert_eq!(shown.media_type, "RootVolumeTemplate");
    assert_eq!(shown.r#type, "zstack");
}

#[test]
fn a_copy_that_is_being_written_has_no_path() {
    let store = testing::store(9);
    let mut image = testing::image(1);
    image.status = Status::Capturing;
    let mut location = testing::location(&image, store.id);
    location.state = LocationState::Writing;
    image.locations = vec![location];
    let shown = inventory(&image, |_| Some(&store));
    assert_eq!(shown.backup_storage_refs[0].install_path, "");
    assert_eq!(shown.backup_storage_refs[0].status, "Creating");
}

#[test]
fn size_is_what_a_guest_sees_or_else_what_is_stored() {
    for (stored, seen, size, actual) in [
        (Some(5), Some(10), Some(10), Some(5)),
        (Some(5), None, Some(5), Some(5)),
        (None, Some(10), Some(10), None),
        (None, None, None, None),
    ] {
        let mut image = testing::image(1);
        image.size = stored.map(ByteCount);
        image.virtual_size = seen.map(ByteCount);
        let shown = inventory(&image, |_| None);
        assert_eq!((shown.size, shown.actual_size), (size, actual));
    }
}

//! Images, custom and public.

use axum::body::Bytes;
use gaze_app::{KeptImage, Names, Rendering, Work};
use gaze_domain::{
    Architecture, ByteCount, Error, Image, ImageId, Platform, ProjectId, Status, Timestamp,
};

use super::{job, store};
use crate::wire::{Cimg, PublicImage, Requirement};

/// A custom image as JSON, made once for all who see the same of it.
pub(crate) fn written(
    image: &KeptImage,
    viewer: ProjectId,
    names: &Names,
    running: Option<&Work>,
) -> Result<Bytes, Error> {
    let write = |image: &KeptImage| {
        serde_json::to_vec(&custom(image, viewer, names, running))
            .map_err(|error| Error::internal("writing an image", error))
    };
    if running.is_some() {
        // How far a job has come is told anew each time.
        return write(image).map(Bytes::from);
    }
    let form = Rendering {
        face: "didi",
        variant: u32::from(image.owner == viewer),
        names: names.generation,
    };
    image.rendered(form, write)
}

/// A custom image as a project sees it.
pub(crate) fn custom(
    image: &Image,
    viewer: ProjectId,
    names: &Names,
    running: Option<&Work>,
) -> Cimg {
    let places = store::whereabouts(image, names);
    Cimg {
        backup_storages: places.storages,
        check_state: "uncheck",
        cimg_id: short_id(image.id),
        cimg_tags: image.tags.iter().cloned().collect(),
        cimg_uuid: image.id.hex(),
        create_time: millis(image.created_at),
        description: image.description.clone().unwrap_or_default(),
        // As opposed to images that were made from a volume of this cloud.
        is_external: !image.source.starts_with("volume://"),
        is_shared: image.owner != viewer,
        job: running.map(job::job),
        name: image.name.clone(),
        os_arch: os_arch(image),
        os_family: os_family(image),
        os_version: image.os.version.clone().unwrap_or_default(),
        platform: platform(image.platform),
        regions: places.regions,
        requirement: requirement(image),
        scenes: SCENES.to_vec(),
        size: image.size.unwrap_or_default().0,
        status: status(image.status, image.enabled),
        kind: "custom",
        update_time: millis(image.updated_at),
        zones: places.zones,
    }
}

/// A public image.
pub(crate) fn public(image: &Image, names: &Names) -> PublicImage {
    let places = store::whereabouts(image, names);
    PublicImage {
        backup_storages: places.storages,
        description: image.description.clone().unwrap_or_default(),
        img_uuid: image.id.hex(),
        name: image.name.clone(),
        os_arch: os_arch(image),
        os_family: os_family(image),
        os_version: image.os.version.clone().unwrap_or_default(),
        platform: platform(image.platform),
        regions: places.regions,
        requirement: Some(requirement(image)).filter(|found| *found != Requirement::default()),
        scenes: SCENES.to_vec(),
        kind: "standard",
    }
}

/// `base`: an image without GPU drivers. Nothing in the catalogue tells of such drivers.
const SCENES: &[&str] = &["base"];

/// `cimg-` and eight letters or digits, always the same for the same image.
fn short_id(id: ImageId) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut rest = id.uuid().as_u128();
    let mut text = "cimg-".to_owned();
    for _ in 0..8 {
        let digit = usize::try_from(rest % 36).unwrap_or_default();
        text.push(char::from(DIGITS[digit]));
        rest /= 36;
    }
    text
}

/// All published times are whole seconds, written in milliseconds.
fn millis(time: Timestamp) -> i64 {
    time.as_second() * 1000
}

/// Words follow ZStack's, on which DiDi Cloud is built; only `Ready` was published.
const fn status(status: Status, enabled: bool) -> &'static str {
    match (status, enabled) {
        (Status::Queued | Status::Capturing, _) => "Creating",
        (Status::Saving | Status::Staged | Status::Importing, _) => "Downloading",
        (Status::Active, true) => "Ready",
        // The vendor has no switch, so a word that no client takes for `Ready`.
        (Status::Active, false) => "Disabled",
        (Status::Failed, _) => "Error",
        (Status::Deleted, _) => "Deleted",
    }
}

/// The vendor has two words. What is neither runs on the same virtual hardware as Linux does.
const fn platform(platform: Platform) -> &'static str {
    match platform {
        Platform::Linux | Platform::Paravirtualization | Platform::Other => "Linux",
        Platform::Windows | Platform::WindowsVirtio => "Windows",
    }
}

fn os_arch(image: &Image) -> &'static str {
    match image.architecture.map_or(64, Architecture::bits) {
        32 => "32bit",
        _ => "64bit",
    }
}

/// The family if somebody said it, else whatever was said of the guest.
fn os_family(image: &Image) -> String {
    image
        .os
        .distro
        .clone()
        .or_else(|| image.os.guest_type.clone())
        .unwrap_or_default()
}

/// The smallest disk is the guest's own, unless somebody asked for more.
fn requirement(image: &Image) -> Requirement {
    let guest = image.virtual_size.unwrap_or_default();
    let disk = if image.min_disk_gib > guest.gib_rounded_up() {
        image.min_disk_gib.saturating_mul(ByteCount::GIB)
    } else {
        guest.0
    };
    let memory = image.min_ram_mib.saturating_mul(ByteCount::MIB);
    Requirement {
        min_disk_size: Some(disk).filter(|bytes| *bytes > 0),
        min_memory_size: Some(memory).filter(|bytes| *bytes > 0),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::map::testing;

    #[test]
    fn the_published_example_is_reproduced() {
        let names = testing::published_names();
        let image = testing::published_image();
        let found = serde_json::to_value(custom(&image, image.owner, &names, None)).unwrap();
        // DiDi Cloud, "List custom images (ListCIMG)", example. The short id is ours.
        let mut expected: serde_json::Value =
            serde_json::from_str(testing::PUBLISHED_ITEM).unwrap();
        expected["cimgId"] = short_id(image.id).into();
        assert_eq!(found, expected);
    }

    #[test]
    fn an_image_of_another_project_is_shared() {
        let image = testing::image();
        let other = ProjectId::new(Uuid::from_u128(8));
        assert!(!custom(&image, image.owner, &testing::names(), None).is_shared);
        assert!(custom(&image, other, &testing::names(), None).is_shared);
    }

    #[test]
    fn what_is_not_known_is_empty_and_never_null() {
        let image = testing::image();
        let cimg = custom(&image, image.owner, &testing::names(), None);
        assert_eq!(
            (cimg.description.as_str(), cimg.os_family.as_str()),
            ("", "")
        );
        let text = serde_json::to_string(&cimg).unwrap();
        assert!(!text.contains("null"), "{text}");
        assert!(!text.contains("job"), "{text}");
        let text = serde_json::to_string(&public(&image, &testing::names())).unwrap();
        assert!(
            !text.contains("null") && !text.contains("requirement"),
            "{text}"
        );
    }

    #[test]
    fn every_status_has_a_word() {
        let words: Vec<_> = Status::ALL
            .iter()
            .map(|found| (found.as_str(), status(*found, true), status(*found, false)))
            .collect();
        assert_eq!(
            words,
            [
                ("queued", "Creating", "Creating"),
                ("saving", "Downloading", "Downloading"),
                ("staged", "Downloading", "Downloading"),
                ("importing", "Downloading", "Downloading"),
                ("capturing", "Creating", "Creating"),
                ("active", "Ready", "Disabled"),
                ("failed", "Error", "Error"),
                ("deleted", "Deleted", "Deleted"),
            ]
        );
    }

    #[test]
    fn platforms_and_architectures_fold_into_the_vendors_words() {
        let platforms: Vec<_> = Platform::ALL.iter().map(|found| platform(*found)).collect();
        assert_eq!(platforms, ["Linux", "Windows", "Windows", "Linux", "Linux"]);
        let mut image = testing::image();
        for (architecture, expected) in [
            (None, "64bit"),
            (Some(Architecture::X86_64), "64bit"),
            (Some(Architecture::Aarch64), "64bit"),
            (Some(Architecture::I686), "32bit"),
        ] {
            image.architecture = architecture;
            assert_eq!(os_arch(&image), expected);
        }
    }

    #[test]
    fn the_requirement_is_in_bytes() {
        const GIB: u64 = ByteCount::GIB;
        for (virtual_size, min_disk_gib, min_ram_mib, expected) in [
            (None, 0, 0, (None, None)),
            (Some(8 * GIB), 0, 0, (Some(8 * GIB), None)),
            (Some(8 * GIB), 8, 0, (Some(8 * GIB), None)),
            (Some(GIB / 2), 1, 0, (Some(GIB / 2), None)),
            (Some(GIB), 40, 512, (Some(40 * GIB), Some(GIB / 2))),
            (None, 1, 0, (Some(GIB), None)),
        ] {
            let mut image = testing::image();
            image.virtual_size = virtual_size.map(ByteCount);
            image.min_disk_gib = min_disk_gib;
            image.min_ram_mib = min_ram_mib;
            let found = requirement(&image);
            assert_eq!((found.min_disk_size, found.min_memory_size), expected);
        }
    }

    #[test]
    fn bytes_that_came_from_a_volume_are_not_external() {
        let mut image = testing::image();
        for (source, expected) in [
            ("", true),
            ("http://mirror/a.qcow2", true),
            ("upload://a", true),
            ("volume://e4891e6ef3a64ea08ce91ab379a5c856", false),
        ] {
            source.clone_into(&mut image.source);
            let cimg = custom(&image, image.owner, &testing::names(), None);
            assert_eq!(cimg.is_external, expected, "{source}");
        }
    }

    #[test]
    fn times_are_whole_seconds_in_milliseconds() {
        for (time, expected) in [
            ("2020-10-27T11:51:10Z", 1_603_799_470_000),
            ("2020-10-27T11:51:10.999999Z", 1_603_799_470_000),
            ("1970-01-01T00:00:00Z", 0),
        ] {
            assert_eq!(millis(time.parse().unwrap()), expected);
        }
    }

    #[test]
    fn short_ids_of_a_thousand_images_differ() {
        let ids: BTreeSet<_> = (0..1000)
            .map(|n| short_id(ImageId::new(Uuid::from_u128(n << 64 | n))))
            .collect();
        assert_eq!(ids.len(), 1000);
    }

    proptest! {
        #[test]
        fn a_short_id_has_the_vendors_form(id: u128) {
            let text = short_id(ImageId::new(Uuid::from_u128(id)));
            let digits = text.strip_prefix("cimg-").unwrap();
            prop_assert_eq!(digits.len(), 8);
            prop_assert!(digits.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()));
        }
    }
}

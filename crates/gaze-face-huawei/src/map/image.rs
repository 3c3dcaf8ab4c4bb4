//! A domain image in the vendor's words.

use gaze_domain::image::Image;
use gaze_domain::{Architecture, Status, Timestamp, Visibility, VolumeId};

use super::attributes::attributes;
use super::{os, words};
use crate::wire;

/// The only container there is.
const CONTAINER: &str = "bare";
/// The only kind of back end that the page knows.
const SOURCE_TYPE: &str = "uds";
/// `__root_origin` of an image that came in from outside.
const IMPORTED: &str = "file";
/// Schemes of [`Image::source`] that mean "from outside", and the one that means a volume.
const OUTSIDE: &[&str] = &["http://", "https://", "file://", "upload://"];
const VOLUME: &str = "volume://";

/// The image as `ListCloudImages` shows it.
///
/// Left out on purpose: `size` and `virtual_size` ("not used at present"; the Go SDK reads the
/// first into 32 bits), `file` and `schema` (links into another API).
pub(crate) fn image(image: &Image) -> wire::image::Image {
    let id = image.id.hyphenated();
    wire::image::Image {
        self_link: format!("/v1/self/{id}"),
        id,
        name: image.name.clone(),
        status: words::status(image.status),
        disk_format: image.format.map(gaze_domain::DiskFormat::as_str),
        container_format: CONTAINER,
        min_disk: min_disk(image),
        min_ram: image.min_ram_mib,
        owner: image.owner.hex(),
        protected: image.protected,
        visibility: words::visibility(image.visibility),
        created_at: time(image.created_at),
        updated_at: time(image.updated_at),
        deleted: image.status == Status::Deleted,
        deleted_at: image.deleted_at.map(time).unwrap_or_default(),
        virtual_env_type: words::environment(image.media),
        tags: image.tags.iter().cloned().collect(),
        checksum: image.checksums.md5.clone(),
        hw_firmware_type: image.firmware.map(words::firmware),
        kind: words::image_type(image.visibility),
        is_registered: image.enabled,
        stored_bytes: image.size.unwrap_or_default().0.to_string(),
        source_type: SOURCE_TYPE,
        os_type: words::os_type(image.platform),
        platform: os::platform(image),
        os_version: os::version(image),
        os_bit: image.architecture.map(os::bits),
        description: image.description.clone(),
        support_arm: image.architecture.map(|it: Architecture| words::arm(it)),
        root_origin: OUTSIDE
            .iter()
            .any(|scheme| image.source.starts_with(scheme))
            .then_some(IMPORTED),
        data_origin: data_origin(image),
        attributes: attributes(&image.properties),
    }
}

/// Whole GB that a disk needs: what was asked for, or the guest's disk rounded up if that is
/// more. The page's range of 40 to 1024 is a rule of the vendor's products, not of images: a
/// smaller image says its true size.
fn min_disk(image: &Image) -> u64 {
    let disk = image
        .virtual_size
        .map_or(0, gaze_domain::ByteCount::gib_rounded_up);
    image.min_disk_gib.max(disk)
}

/// `<type>,<value>`. Absent for public images, as documented. Addresses that an image was fetched
/// from are not shown: they may hold secrets, and the form wants a bucket.
fn data_origin(image: &Image) -> Option<String> {
    if image.visibility == Visibility::Public {
        return None;
    }
    image.properties.get("__data_origin").cloned().or_else(|| {
        let volume = VolumeId::parse(image.source.strip_prefix(VOLUME)?)?;
        Some(format!("volume,{}", volume.hyphenated()))
    })
}

/// UTC to the second; parts of a second are cut off.
fn time(at: Timestamp) -> String {
    format!("{at:.0}")
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use gaze_domain::image::{Checksums, Os};
    use gaze_domain::{
        ByteCount, DiskFormat, Firmware, ImageId, Media, Platform, ProjectId, Timestamp,
    };
    use serde_json::{Value, json};

    use super::*;

    /// The image of the page's example.
    pub(crate) fn image() -> Image {
        Image {
            id: ImageId::parse("633724a7-4a4e-11eb-8f73-fa1640aee23e").unwrap(),
            owner: ProjectId::parse("2b76febbe5d34eac85d26435c1f15809").unwrap(),
            name: "ces".into(),
            description: None,
            status: Status::Active,
            enabled: true,
            visibility: Visibility::Private,
            protected: false,
            hidden: false,
            media: Media::RootDisk,
            system: false,
            virtio: true,
            platform: Platform::Linux,
            architecture: Some(Architecture::Aarch64),
            firmware: Some(Firmware::Uefi),
            os: Os {
                distro: Some("CentOS".into()),
                version: Some("7.4".into()),
                guest_type: None,
            },
            format: Some(DiskFormat::Zvhd2),
            size: Some(ByteCount(449_261_568)),
            virtual_size: Some(ByteCount(40 << 30)),
            checksums: Checksums::default(),
            min_disk_gib: 0,
            min_ram_mib: 0,
            source: String::new(),
            failure: None,
            tags: BTreeSet::new(),
            properties: BTreeMap::from([
                (
                    "data_source".into(),
                    "instance:a7c6deda-99eb-4f58-b7b4-04a36b75401b".into(),
                ),
                ("__support_gpu_t4".into(), "true".into()),
            ]),
            locations: Vec::new(),
            created_at: "2020-12-30T03:23:29.25Z".parse().unwrap(),
            updated_at: "2020-12-30T03:30:36Z".parse().unwrap(),
            deleted_at: None,
        }
    }

    fn shown(image: &Image) -> Value {
        serde_json::to_value(super::image(image)).unwrap()
    }

    #[test]
    fn the_example_of_the_page_is_shown_field_by_field() {
        assert_eq!(
            shown(&image()),
            json!({
                "id": "633724a7-4a4e-11eb-8f73-fa1640aee23e",
                "name": "ces",
                "status": "active",
                "disk_format": "zvhd2",
                "min_disk": 40,
                "min_ram": 0,
                "owner": "2b76febbe5d34eac85d26435c1f15809",
                "protected": false,
                "visibility": "private",
                "created_at": "2020-12-30T03:23:29Z",
                "updated_at": "2020-12-30T03:30:36Z",
                "self": "/v1/self/633724a7-4a4e-11eb-8f73-fa1640aee23e",
                "deleted": false,
                "virtual_env_type": "FusionCompute",
                "deleted_at": "",
                "__imagetype": "private",
                "__platform": "CentOS",
                "__os_type": "Linux",
                "__os_version": "CentOS 7.4 64bit",
                "__isregistered": true,
                "__support_arm": "true",
                "hw_firmware_type": "uefi",
                "data_source": "instance:a7c6deda-99eb-4f58-b7b4-04a36b75401b",
                "__support_gpu_t4": "true",
                // The table's model requires these; the example lacks them.
                "container_format": "bare",
                "tags": [],
                "__image_size": "449261568",
                "__image_source_type": "uds",
                "__os_bit": "64",
            })
        );
    }

    #[test]
    fn a_queued_image_has_no_size_yet() {
        let mut image = image();
        image.status = Status::Queued;
        image.size = None;
        image.virtual_size = None;
        image.format = None;
        let shown = shown(&image);
        assert_eq!(shown["__image_size"], "0");
        assert_eq!(shown["min_disk"], 0);
        assert_eq!(shown.get("disk_format"), None);
    }

    #[test]
    fn a_switched_off_image_is_not_registered() {
        let mut image = image();
        image.enabled = false;
        assert_eq!(shown(&image)["__isregistered"], false);
    }

    #[test]
    fn the_smallest_disk_holds_the_guest_disk_and_what_was_asked_for() {
        for (asked, virtual_size, expected) in [
            (0, Some(1), 1),
            (0, Some((10 << 30) + 1), 11),
            (20, Some(10 << 30), 20),
            (20, None, 20),
        ] {
            let mut image = image();
            image.min_disk_gib = asked;
            image.virtual_size = virtual_size.map(ByteCount);
            assert_eq!(min_disk(&image), expected);
        }
    }

    #[test]
    fn where_an_image_came_from_is_told_without_addresses() {
        let volume = "volume://a7c6deda99eb4f58b7b404a36b75401b";
        for (source, visibility, origin, root) in [
            (
                volume,
                Visibility::Private,
                Some("volume,a7c6deda-99eb-4f58-b7b4-04a36b75401b"),
                None,
            ),
            (volume, Visibility::Public, None, None),
            (
                "https://user:secret@example.org/a.qcow2",
                Visibility::Private,
                None,
                Some("file"),
            ),
            ("", Visibility::Private, None, None),
        ] {
            let mut image = image();
            image.source = source.into();
            image.visibility = visibility;
            let shown = super::image(&image);
            assert_eq!(shown.data_origin.as_deref(), origin, "{source}");
            assert_eq!(shown.root_origin, root, "{source}");
        }
    }

    #[test]
    fn a_deleted_image_says_since_when() {
        let mut image = image();
        image.status = Status::Deleted;
        image.deleted_at = Some("2021-01-01T00:00:00Z".parse::<Timestamp>().unwrap());
        let shown = shown(&image);
        assert_eq!(shown["deleted"], true);
        assert_eq!(shown["status"], "deleted");
        assert_eq!(shown["deleted_at"], "2021-01-01T00:00:00Z");
    }
}

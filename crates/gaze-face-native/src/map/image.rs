//! Images and their members.

use std::sync::Arc;

use axum::body::Bytes;
use gaze_app::{
    Capture, CaptureSource, ImagePatch, Import, KeptImage, NewImage, Rendering, Started,
};
use gaze_domain::{Error, image::Os};
use gaze_domain::{Image, Location, Media, Member, Visibility};

use super::store_choice;
use crate::wire::image as wire;
use crate::wire::value::{Id, Time, Word};

/// The image as JSON, which is the same for everybody.
pub(crate) fn written(kept: &KeptImage) -> Result<Bytes, Error> {
    let form = Rendering {
        face: "native",
        variant: 0,
        names: 0,
    };
    kept.rendered(form, |kept| {
        serde_json::to_vec(&wire::Image::from(kept.image().clone()))
            .map_err(|error| Error::internal("writing an image", error))
    })
}

impl From<Arc<KeptImage>> for wire::Image {
    fn from(image: Arc<KeptImage>) -> Self {
        Image::clone(&image).into()
    }
}

impl From<Image> for wire::Image {
    fn from(image: Image) -> Self {
        Self {
            id: Id(image.id),
            owner: Id(image.owner),
            name: image.name,
            description: image.description,
            status: Word(image.status),
            enabled: image.enabled,
            visibility: Word(image.visibility),
            protected: image.protected,
            hidden: image.hidden,
            media: Word(image.media),
            system: image.system,
            virtio: image.virtio,
            platform: Word(image.platform),
            architecture: image.architecture.map(Word),
            firmware: image.firmware.map(Word),
            os: wire::Os {
                distro: image.os.distro,
                version: image.os.version,
                guest_type: image.os.guest_type,
            },
            format: image.format.map(Word),
            size: image.size.map(|bytes| bytes.0),
            virtual_size: image.virtual_size.map(|bytes| bytes.0),
            checksums: wire::Checksums {
                md5: image.checksums.md5,
                sha256: image.checksums.sha256,
                sha512: image.checksums.sha512,
            },
            min_disk_gib: image.min_disk_gib,
            min_ram_mib: image.min_ram_mib,
            source: image.source,
            failure: image.failure,
            tags: image.tags,
            properties: image.properties,
            locations: image.locations.into_iter().map(Into::into).collect(),
            created_at: Time(image.created_at),
            updated_at: Time(image.updated_at),
            deleted_at: image.deleted_at.map(Time),
        }
    }
}

impl From<Location> for wire::Location {
    fn from(location: Location) -> Self {
        Self {
            store: Id(location.store),
            state: Word(location.state),
            size: location.size.0,
            created_at: Time(location.created_at),
        }
    }
}

impl From<wire::NewImage> for NewImage {
    fn from(new: wire::NewImage) -> Self {
        Self {
            id: new.id.map(|id| id.0),
            owner: None,
            name: new.name,
            description: new.description,
            visibility: new.visibility.map_or(Visibility::Private, |word| word.0),
            protected: new.protected,
            hidden: new.hidden,
            media: new.media.map_or(Media::RootDisk, |word| word.0),
            system: new.system,
            virtio: new.virtio.unwrap_or(true),
            platform: new.platform.map(|word| word.0),
            architecture: new.architecture.map(|word| word.0),
            firmware: new.firmware.map(|word| word.0),
            os: Os {
                distro: new.os.distro,
                version: new.os.version,
                guest_type: new.os.guest_type,
            },
            format: new.format.map(|word| word.0),
            min_disk_gib: new.min_disk_gib,
            min_ram_mib: new.min_ram_mib,
            tags: new.tags,
            properties: new.properties,
        }
    }
}

impl From<wire::ImagePatch> for ImagePatch {
    fn from(patch: wire::ImagePatch) -> Self {
        let mut made = Self {
            name: patch.name,
            description: patch.description,
            visibility: patch.visibility.map(|word| word.0),
            protected: patch.protected,
            hidden: patch.hidden,
            media: patch.media.map(|word| word.0),
            system: patch.system,
            virtio: patch.virtio,
            platform: patch.platform.map(|word| word.0),
            architecture: patch.architecture.map(|word| word.map(|word| word.0)),
            firmware: patch.firmware.map(|word| word.map(|word| word.0)),
            os_distro: patch.os.distro,
            os_version: patch.os.version,
            guest_type: patch.os.guest_type,
            format: patch.format.map(|word| word.map(|word| word.0)),
            min_disk_gib: patch.min_disk_gib,
            min_ram_mib: patch.min_ram_mib,
            tags: patch.tags,
            ..Self::default()
        };
        for (name, value) in patch.properties {
            match value {
                Some(value) => {
                    made.set_properties.insert(name, value);
                }
                None => made.remove_properties.push(name),
            }
        }
        made
    }
}

pub(crate) fn import(body: wire::Import) -> (NewImage, Import) {
    let import = Import {
        url: body.url,
        stores: store_choice(&body.stores),
        job: None,
    };
    (body.image.into(), import)
}

pub(crate) fn capture(body: wire::Capture) -> Result<(NewImage, Capture), Error> {
    let source = match (body.volume, body.snapshot) {
        (Some(volume), None) => CaptureSource::Volume(volume.0),
        (None, Some(snapshot)) => CaptureSource::Snapshot(snapshot.0),
        (None, None) | (Some(_), Some(_)) => {
            return Err(Error::invalid("volume", "name a volume or a snapshot"));
        }
    };
    let capture = Capture {
        source,
        attached: false,
        stores: store_choice(&body.stores),
        job: None,
    };
    Ok((body.image.into(), capture))
}

impl From<Started> for wire::Started {
    fn from(started: Started) -> Self {
        Self {
            image: started.image.into(),
            job: Id(started.job),
        }
    }
}

impl From<Member> for wire::Member {
    fn from(member: Member) -> Self {
        Self {
            image: Id(member.image),
            project: Id(member.project),
            state: Word(member.state),
            created_at: Time(member.created_at),
            updated_at: Time(member.updated_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use gaze_app::StoreChoice;
    use gaze_domain::{Architecture, DiskFormat, Platform, StoreId};

    use super::*;

    fn patch(json: &str) -> ImagePatch {
        serde_json::from_str::<wire::ImagePatch>(json)
            .unwrap()
            .into()
    }

    #[test]
    fn an_empty_patch_changes_nothing() {
        let made = patch("{}");
        let nothing = ImagePatch::default();
        assert_eq!(format!("{made:?}"), format!("{nothing:?}"));
    }

    #[test]
    fn null_clears_what_can_be_cleared() {
        let made = patch(
            r#"{"description": null, "architecture": null, "firmware": null, "format": null,
                "os": {"distro": null, "version": "7"}}"#,
        );
        assert_eq!(made.description, Some(None));
        assert_eq!(made.architecture, Some(None));
        assert_eq!(made.firmware, Some(None));
        assert_eq!(made.format, Some(None));
        assert_eq!(made.os_distro, Some(None));
        assert_eq!(made.os_version, Some(Some("7".to_owned())));
        assert_eq!(made.guest_type, None);
    }

    #[test]
    fn properties_are_set_by_a_value_and_removed_by_null() {
        let made = patch(r#"{"properties": {"a": "1", "b": null}}"#);
        assert_eq!(made.set_properties.get("a").map(String::as_str), Some("1"));
        assert_eq!(made.set_properties.len(), 1);
        assert_eq!(made.remove_properties, ["b"]);
    }

    #[test]
    fn an_image_of_which_only_the_name_is_said_is_as_the_app_would_have_it() {
        let new: wire::NewImage = serde_json::from_str(r#"{"name": "web"}"#).unwrap();
        let expected = NewImage::named("web");
        assert_eq!(
            format!("{:?}", NewImage::from(new)),
            format!("{expected:?}")
        );
    }

    #[test]
    fn everything_that_was_said_of_an_image_arrives() {
        let json = r#"{"id": "e4891e6ef3a64ea08ce91ab379a5c856", "name": "web",
            "description": "d", "visibility": "public", "protected": true, "hidden": true,
            "media": "iso", "system": true, "virtio": false, "platform": "windows",
            "architecture": "aarch64", "firmware": "uefi",
            "os": {"distro": "Debian", "version": "12", "guest_type": "g"}, "format": "iso",
            "min_disk_gib": 3, "min_ram_mib": 4, "tags": ["t"], "properties": {"k": "v"}}"#;
        let new: wire::NewImage = serde_json::from_str(json).unwrap();
        let new = NewImage::from(new);
        assert!(new.id.is_some() && new.protected && new.hidden && new.system && !new.virtio);
        assert_eq!(new.description.as_deref(), Some("d"));
        assert_eq!(new.visibility, Visibility::Public);
        assert_eq!(new.media, Media::Iso);
        assert_eq!(new.platform, Some(Platform::Windows));
        assert_eq!(new.architecture, Some(Architecture::Aarch64));
        assert_eq!(new.format, Some(DiskFormat::Iso));
        assert_eq!(new.os.guest_type.as_deref(), Some("g"));
        assert_eq!((new.min_disk_gib, new.min_ram_mib), (3, 4));
        assert!(new.tags.contains("t"));
        assert_eq!(new.properties.get("k").map(String::as_str), Some("v"));
    }

    #[test]
    fn without_stores_the_service_chooses() {
        let store = "e4891e6ef3a64ea08ce91ab379a5c856";
        let check = |stores: &str, expected: StoreChoice| {
            let json = format!(r#"{{"image": {{"name": "a"}}, "url": "u", "stores": {stores}}}"#);
            let (_, made) = import(serde_json::from_str(&json).unwrap());
            assert_eq!(made.stores, expected);
        };
        check("[]", StoreChoice::Auto);
        let named = vec![StoreId::parse(store).unwrap()];
        check(&format!("[{store:?}]"), StoreChoice::Named(named));
    }
}

//! Images.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::value::{
    ArchitectureWord, DiskFormatWord, FirmwareWord, ImageRef, JobRef, LocationStateWord, MediaWord,
    MemberStateWord, PlatformWord, ProjectRef, SnapshotRef, StatusWord, StoreRef, Time,
    VisibilityWord, VolumeRef,
};
use super::{not_empty, not_empty_if, present};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Image {
    pub(crate) id: ImageRef,
    pub(crate) owner: ProjectRef,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) status: StatusWord,
    /// Whether new machines may start from it.
    pub(crate) enabled: bool,
    pub(crate) visibility: VisibilityWord,
    pub(crate) protected: bool,
    /// Left out of ordinary lists.
    pub(crate) hidden: bool,
    pub(crate) media: MediaWord,
    /// Belongs to the platform itself.
    pub(crate) system: bool,
    pub(crate) virtio: bool,
    pub(crate) platform: PlatformWord,
    pub(crate) architecture: Option<ArchitectureWord>,
    pub(crate) firmware: Option<FirmwareWord>,
    pub(crate) os: Os,
    /// Declared until the bytes are complete, then decided by content.
    pub(crate) format: Option<DiskFormatWord>,
    /// Bytes of the stored file.
    pub(crate) size: Option<u64>,
    /// Bytes of the disk that a guest sees.
    pub(crate) virtual_size: Option<u64>,
    pub(crate) checksums: Checksums,
    pub(crate) min_disk_gib: u64,
    pub(crate) min_ram_mib: u64,
    /// Where the bytes came from; empty if a client sent them.
    pub(crate) source: String,
    /// Why the bytes never became complete.
    pub(crate) failure: Option<String>,
    pub(crate) tags: BTreeSet<String>,
    pub(crate) properties: BTreeMap<String, String>,
    pub(crate) locations: Vec<Location>,
    pub(crate) created_at: Time,
    pub(crate) updated_at: Time,
    pub(crate) deleted_at: Option<Time>,
}

/// The guest operating system, as somebody said.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Os {
    #[serde(default)]
    pub(crate) distro: Option<String>,
    #[serde(default)]
    pub(crate) version: Option<String>,
    #[serde(default)]
    pub(crate) guest_type: Option<String>,
}

/// Digests of the stored bytes, lower-case hexadecimal; null until the bytes are complete.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Checksums {
    pub(crate) md5: Option<String>,
    pub(crate) sha256: Option<String>,
    pub(crate) sha512: Option<String>,
}

/// One copy of the bytes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Location {
    pub(crate) store: StoreRef,
    pub(crate) state: LocationStateWord,
    pub(crate) size: u64,
    pub(crate) created_at: Time,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewImage {
    #[serde(default)]
    pub(crate) id: Option<ImageRef>,
    #[serde(deserialize_with = "not_empty")]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: Option<String>,
    /// By default `private`.
    #[serde(default)]
    pub(crate) visibility: Option<VisibilityWord>,
    #[serde(default)]
    pub(crate) protected: bool,
    #[serde(default)]
    pub(crate) hidden: bool,
    /// By default `root-disk`.
    #[serde(default)]
    pub(crate) media: Option<MediaWord>,
    #[serde(default)]
    pub(crate) system: bool,
    /// By default true.
    #[serde(default)]
    pub(crate) virtio: Option<bool>,
    /// By default `linux`; for a capture, the machine's.
    #[serde(default)]
    pub(crate) platform: Option<PlatformWord>,
    #[serde(default)]
    pub(crate) architecture: Option<ArchitectureWord>,
    #[serde(default)]
    pub(crate) firmware: Option<FirmwareWord>,
    #[serde(default)]
    pub(crate) os: Os,
    /// Compared with the content when that has come.
    #[serde(default)]
    pub(crate) format: Option<DiskFormatWord>,
    #[serde(default)]
    pub(crate) min_disk_gib: u64,
    #[serde(default)]
    pub(crate) min_ram_mib: u64,
    #[serde(default)]
    pub(crate) tags: BTreeSet<String>,
    #[serde(default)]
    pub(crate) properties: BTreeMap<String, String>,
}

/// Fields that are absent stay as they are; null clears.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImagePatch {
    #[serde(default, deserialize_with = "not_empty_if")]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub(crate) description: Option<Option<String>>,
    #[serde(default)]
    pub(crate) visibility: Option<VisibilityWord>,
    #[serde(default)]
    pub(crate) protected: Option<bool>,
    #[serde(default)]
    pub(crate) hidden: Option<bool>,
    #[serde(default)]
    pub(crate) media: Option<MediaWord>,
    #[serde(default)]
    pub(crate) system: Option<bool>,
    #[serde(default)]
    pub(crate) virtio: Option<bool>,
    #[serde(default)]
    pub(crate) platform: Option<PlatformWord>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<ArchitectureWord>)]
    pub(crate) architecture: Option<Option<ArchitectureWord>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<FirmwareWord>)]
    pub(crate) firmware: Option<Option<FirmwareWord>>,
    #[serde(default)]
    pub(crate) os: OsPatch,
    /// Only while the image is queued; later the content has decided.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<DiskFormatWord>)]
    pub(crate) format: Option<Option<DiskFormatWord>>,
    #[serde(default)]
    pub(crate) min_disk_gib: Option<u64>,
    #[serde(default)]
    pub(crate) min_ram_mib: Option<u64>,
    /// All the tags that the image is to have.
    #[serde(default)]
    pub(crate) tags: Option<BTreeSet<String>>,
    /// A value sets a property, null removes it; others stay.
    #[serde(default)]
    pub(crate) properties: BTreeMap<String, Option<String>>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OsPatch {
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub(crate) distro: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub(crate) version: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub(crate) guest_type: Option<Option<String>>,
}

/// A new image from a URL.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Import {
    pub(crate) image: NewImage,
    /// `http://`, `https://`, or `file://` below a folder that the operator allows.
    pub(crate) url: String,
    /// Each gets a copy; by default one is chosen.
    #[serde(default)]
    pub(crate) stores: Vec<StoreRef>,
}

/// A new image from a volume or a snapshot: one of them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Capture {
    pub(crate) image: NewImage,
    #[serde(default)]
    pub(crate) volume: Option<VolumeRef>,
    #[serde(default)]
    pub(crate) snapshot: Option<SnapshotRef>,
    /// Each gets a copy; by default one is chosen.
    #[serde(default)]
    pub(crate) stores: Vec<StoreRef>,
}

/// Stores that are to get a copy of an image.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCopies {
    /// At least one; none of them has a copy yet.
    pub(crate) stores: Vec<StoreRef>,
    /// Leave out stores that cannot take a copy, as long as one can; by default all must.
    #[serde(default)]
    pub(crate) partial: bool,
}

/// An image whose bytes are on their way, and the job that brings them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Started {
    pub(crate) image: Image,
    pub(crate) job: JobRef,
}

/// A project with which a shared image is shared.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Member {
    pub(crate) image: ImageRef,
    pub(crate) project: ProjectRef,
    pub(crate) state: MemberStateWord,
    pub(crate) created_at: Time,
    pub(crate) updated_at: Time,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMember {
    /// By default `pending`, until the member accepts.
    #[serde(default)]
    pub(crate) state: Option<MemberStateWord>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMemberState {
    pub(crate) state: MemberStateWord,
}

//! Images: the one noun that every face speaks of.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Error, Result};
use crate::{
    Architecture, ByteCount, DiskFormat, Firmware, ImageId, LocationId, Platform, ProjectId,
    Status, StoreId, Timestamp,
};

/// Longest name, in characters (ZStack and Glance; Huawei's faces allow 128).
pub const MAX_NAME: usize = 255;
/// Longest description, in characters (ZStack).
pub const MAX_DESCRIPTION: usize = 2048;
/// Longest tag, in characters (Glance).
pub const MAX_TAG: usize = 255;
pub const MAX_TAGS: usize = 128;
/// Longest name of a free property, in characters (Glance).
pub const MAX_PROPERTY_NAME: usize = 255;
/// Longest value of a free property, in bytes.
pub const MAX_PROPERTY_VALUE: usize = 65_535;
pub const MAX_PROPERTIES: usize = 128;

crate::words! {
    pub enum Visibility("visibility") {
        /// The owner alone.
        Private = "private",
        /// The owner and the members.
        Shared = "shared",
        /// Everybody who knows of it or asks for such images; in ordinary lists the owner's alone.
        Community = "community",
        /// Everybody, and listed for everybody.
        Public = "public",
    }
}

crate::words! {
    /// What the image is for.
    pub enum Media("media") {
        /// A machine starts from a copy of it.
        RootDisk = "root-disk",
        DataDisk = "data-disk",
        /// An installation disc.
        Iso = "iso",
    }
}

crate::words! {
    /// Whether a member took what was shared with it.
    pub enum MemberState("member state") {
        Pending = "pending",
        Accepted = "accepted",
        Rejected = "rejected",
    }
}

crate::words! {
    pub enum LocationState("location state") {
        /// Bytes are on their way; room is reserved.
        Writing = "writing",
        Ready = "ready",
        /// Deleted, and recoverable until it is purged: the bytes are there, and nobody is given
        /// them.
        Deleted = "deleted",
        /// To be removed; the bytes may still be there.
        Deleting = "deleting",
    }
}

/// One copy of an image's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    pub id: LocationId,
    pub image: ImageId,
    pub store: StoreId,
    /// Key of the blob within the store.
    pub key: String,
    pub state: LocationState,
    /// While writing: bytes reserved. Afterwards: bytes of the blob.
    pub size: ByteCount,
    /// Increases with every location of the catalogue: the order in which they came.
    pub ordinal: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A project with which a shared image is shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub image: ImageId,
    pub project: ProjectId,
    pub state: MemberState,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Digests of the stored bytes, lower-case hexadecimal. Absent until the bytes are complete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checksums {
    pub md5: Option<String>,
    pub sha256: Option<String>,
    pub sha512: Option<String>,
}

crate::words! {
    /// A digest of stored bytes.
    pub enum DigestKind("digest") {
        Md5 = "md5",
        Sha256 = "sha256",
        Sha512 = "sha512",
    }
}

impl Checksums {
    pub fn get(&self, kind: DigestKind) -> Option<&str> {
        match kind {
            DigestKind::Md5 => self.md5.as_deref(),
            DigestKind::Sha256 => self.sha256.as_deref(),
            DigestKind::Sha512 => self.sha512.as_deref(),
        }
    }

    pub fn set(&mut self, kind: DigestKind, digest: String) {
        let place = match kind {
            DigestKind::Md5 => &mut self.md5,
            DigestKind::Sha256 => &mut self.sha256,
            DigestKind::Sha512 => &mut self.sha512,
        };
        *place = Some(digest);
    }
}

/// What is known of the guest operating system; all of it is what somebody said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Os {
    /// Family such as `CentOS`, `Ubuntu`, `Windows`.
    pub distro: Option<String>,
    /// Version such as `7` or `22.04`, in the words of whoever set it.
    pub version: Option<String>,
    /// Free text for the guest's type (ZStack's guestOsType).
    pub guest_type: Option<String>,
}

/// A disk image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    pub id: ImageId,
    pub owner: ProjectId,
    pub name: String,
    pub description: Option<String>,
    pub status: Status,
    /// Whether new machines may start from it. Independent of the status.
    pub enabled: bool,
    pub visibility: Visibility,
    pub protected: bool,
    /// Left out of ordinary lists by faces that know the notion.
    pub hidden: bool,
    pub media: Media,
    /// Belongs to the platform itself and is no candidate for tenants' machines.
    pub system: bool,
    pub virtio: bool,
    pub platform: Platform,
    pub architecture: Option<Architecture>,
    pub firmware: Option<Firmware>,
    pub os: Os,
    /// Declared until the bytes are complete, then decided by content.
    pub format: Option<DiskFormat>,
    /// Bytes of the stored file.
    pub size: Option<ByteCount>,
    /// Size of the disk that a guest sees.
    pub virtual_size: Option<ByteCount>,
    pub checksums: Checksums,
    /// Smallest disk in GiB and smallest memory in MiB that a machine needs.
    pub min_disk_gib: u64,
    pub min_ram_mib: u64,
    /// Where the bytes came from: `http://…`, `file://…`, `volume://<id>`, `upload://…`; empty if
    /// a client sent them.
    pub source: String,
    /// Why the last attempt failed, for people; set with [`Status::Failed`] only.
    pub failure: Option<String>,
    pub tags: BTreeSet<String>,
    pub properties: BTreeMap<String, String>,
    pub locations: Vec<Location>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub deleted_at: Option<Timestamp>,
}

impl Image {
    pub fn ready_locations(&self) -> impl Iterator<Item = &Location> {
        self.in_state(LocationState::Ready)
    }

    /// Copies that were deleted and can be recovered.
    pub fn deleted_locations(&self) -> impl Iterator<Item = &Location> {
        self.in_state(LocationState::Deleted)
    }

    /// Copies whose bytes are complete and kept, whether they may be read now or not.
    pub fn kept_locations(&self) -> impl Iterator<Item = &Location> {
        self.locations
            .iter()
            .filter(|location| match location.state {
                LocationState::Ready | LocationState::Deleted => true,
                LocationState::Writing | LocationState::Deleting => false,
            })
    }

    fn in_state(&self, state: LocationState) -> impl Iterator<Item = &Location> {
        self.locations
            .iter()
            .filter(move |location| location.state == state)
    }
}

/// Refuses what no face may store, whatever its own stricter limits are.
pub fn check_name(name: &str) -> Result<()> {
    check_text("name", name, MAX_NAME)
}

pub fn check_description(text: &str) -> Result<()> {
    if text.chars().count() > MAX_DESCRIPTION {
        return Err(too_long("description", MAX_DESCRIPTION, text));
    }
    if text.contains('\0') {
        return Err(Error::invalid("description", "must not contain NUL"));
    }
    Ok(())
}

pub fn check_tag(tag: &str) -> Result<()> {
    if tag.is_empty() {
        return Err(Error::invalid("tag", "must not be empty"));
    }
    check_text("tag", tag, MAX_TAG)
}

pub fn check_property(name: &str, value: &str) -> Result<()> {
    if name.is_empty() {
        return Err(Error::invalid("property", "its name must not be empty"));
    }
    check_text("property", name, MAX_PROPERTY_NAME)?;
    if value.len() > MAX_PROPERTY_VALUE || value.contains('\0') {
        return Err(Error::invalid(
            name,
            format!("must be at most {MAX_PROPERTY_VALUE} bytes without NUL"),
        ));
    }
    Ok(())
}

fn check_text(field: &str, text: &str, limit: usize) -> Result<()> {
    if text.chars().count() > limit {
        return Err(too_long(field, limit, text));
    }
    if text.chars().any(char::is_control) {
        return Err(Error::invalid(field, "must not contain control characters"));
    }
    Ok(())
}

fn too_long(field: &str, limit: usize, text: &str) -> Error {
    Error::invalid(
        field,
        format!(
            "is {} characters long; at most {limit} are allowed",
            text.chars().count()
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_bounded_and_printable() {
        assert!(check_name("北京02").is_ok());
        assert!(check_name(&"图".repeat(MAX_NAME)).is_ok());
        assert!(check_name(&"图".repeat(MAX_NAME + 1)).is_err());
        assert!(check_name("a\nb").is_err());
        assert!(check_name("a\0b").is_err());
    }
}

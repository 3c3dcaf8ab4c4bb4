//! ZStack's words for the domain's enumerations, total in both directions: every domain value has
//! a word, and every word of ZStack that stands for a stored value is read back.

use gaze_domain::{
    Architecture, DiskFormat, Firmware, InstanceState, LocationState, Media, Platform, PoolKind,
    Status, StoreKind, StoreState, StoreStatus,
};

use gaze_domain::volume::VolumeRole;

/// `state` of most inventories.
pub(crate) const fn enabled(enabled: bool) -> &'static str {
    if enabled { "Enabled" } else { "Disabled" }
}

/// ImageStatus. ZStack also has `Migrating`, which nothing here ever is.
pub(crate) const fn status(status: Status) -> &'static str {
    match status {
        Status::Queued | Status::Saving | Status::Staged | Status::Importing => "Downloading",
        Status::Capturing => "Creating",
        Status::Active => "Ready",
        Status::Failed => "Error",
        Status::Deleted => "Deleted",
    }
}

/// The status of one copy, which ZStack says in the image's words.
pub(crate) const fn location_status(image: Status, location: LocationState) -> &'static str {
    match (image, location) {
        (Status::Capturing, LocationState::Writing) => "Creating",
        (_, LocationState::Writing) => "Downloading",
        (Status::Deleted, LocationState::Ready)
        | (_, LocationState::Deleted | LocationState::Deleting) => "Deleted",
        (_, LocationState::Ready) => "Ready",
    }
}

/// ImageMediaType.
pub(crate) const fn media(media: Media) -> &'static str {
    match media {
        Media::RootDisk => "RootVolumeTemplate",
        Media::DataDisk => "DataVolumeTemplate",
        Media::Iso => "ISO",
    }
}

pub(crate) fn read_media(word: &str) -> Option<Media> {
    find(Media::ALL, media, word)
}

/// The words of [`media`], for refusals.
pub(crate) const MEDIA: &[&str] = &["RootVolumeTemplate", "DataVolumeTemplate", "ISO"];

/// ImagePlatform.
pub(crate) const fn platform(platform: Platform) -> &'static str {
    match platform {
        Platform::Linux => "Linux",
        Platform::Windows => "Windows",
        Platform::WindowsVirtio => "WindowsVirtio",
        Platform::Paravirtualization => "Paravirtualization",
        Platform::Other => "Other",
    }
}

pub(crate) fn read_platform(word: &str) -> Option<Platform> {
    find(Platform::ALL, platform, word)
}

/// The words of [`platform`], in the vendor's order.
pub(crate) const PLATFORMS: &[&str] = &[
    "Linux",
    "Windows",
    "Other",
    "Paravirtualization",
    "WindowsVirtio",
];

/// ImageArchitecture is a free string for ZStack; its four words are ours too.
pub(crate) const fn architecture(architecture: Architecture) -> &'static str {
    architecture.as_str()
}

pub(crate) fn read_architecture(word: &str) -> Option<Architecture> {
    find(Architecture::ALL, architecture, word)
}

/// The words of [`architecture`].
pub(crate) const ARCHITECTURES: &[&str] = &[
    "x86_64",
    "i686",
    "aarch64",
    "mips64el",
    "loongarch64",
    "riscv64",
    "ppc64le",
    "s390x",
];

/// ImageBootMode, the value of the system tag `bootMode`.
pub(crate) const fn boot_mode(firmware: Firmware) -> &'static str {
    match firmware {
        Firmware::Bios => "Legacy",
        Firmware::Uefi => "UEFI",
        Firmware::UefiCsm => "UEFI_WITH_CSM",
    }
}

/// The words of [`boot_mode`].
pub(crate) const BOOT_MODES: &[&str] = &["Legacy", "UEFI", "UEFI_WITH_CSM"];

/// Reads a boot mode without regard to case, as ZStack's validator does.
pub(crate) fn read_boot_mode(word: &str) -> Option<Firmware> {
    Firmware::ALL
        .iter()
        .copied()
        .find(|firmware| boot_mode(*firmware).eq_ignore_ascii_case(word))
}

/// VolumeFormat: the domain's words are ZStack's.
pub(crate) const fn format(format: DiskFormat) -> &'static str {
    format.as_str()
}

pub(crate) fn read_format(word: &str) -> Option<DiskFormat> {
    find(DiskFormat::ALL, format, word)
}

/// The type of a backup storage.
pub(crate) const fn store_kind(kind: StoreKind) -> &'static str {
    match kind {
        StoreKind::Fs => "SftpBackupStorage",
        StoreKind::S3 => "ImageStoreBackupStorage",
        StoreKind::Ceph => "Ceph",
    }
}

pub(crate) const fn store_state(state: StoreState) -> &'static str {
    enabled(matches!(state, StoreState::Enabled))
}

pub(crate) const fn store_status(status: StoreStatus) -> &'static str {
    match status {
        StoreStatus::Connecting => "Connecting",
        StoreStatus::Connected => "Connected",
        StoreStatus::Disconnected => "Disconnected",
    }
}

/// The type of a primary storage.
pub(crate) const fn pool_kind(kind: PoolKind) -> &'static str {
    match kind {
        PoolKind::Local => "LocalStorage",
        PoolKind::Nfs => "NFS",
        PoolKind::SharedMount => "SharedMountPoint",
        PoolKind::Ceph => "Ceph",
    }
}

pub(crate) const fn instance_state(state: InstanceState) -> &'static str {
    match state {
        InstanceState::Running => "Running",
        InstanceState::Stopped => "Stopped",
        InstanceState::Unknown => "Unknown",
    }
}

pub(crate) const fn volume_role(role: VolumeRole) -> &'static str {
    match role {
        VolumeRole::Root => "Root",
        VolumeRole::Data => "Data",
    }
}

fn find<T: Copy>(all: &[T], word_of: fn(T) -> &'static str, word: &str) -> Option<T> {
    all.iter().copied().find(|value| word_of(*value) == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every value's word is read back as the value, and the listed words are exactly those.
    fn check<T: Copy + PartialEq + std::fmt::Debug>(
        all: &[T],
        word_of: fn(T) -> &'static str,
        read: fn(&str) -> Option<T>,
        words: &[&str],
    ) {
        for value in all {
            assert_eq!(read(word_of(*value)), Some(*value));
            assert!(words.contains(&word_of(*value)), "{value:?} is not listed");
        }
        assert_eq!(words.len(), all.len());
        assert_eq!(read("no such word"), None);
    }

    #[test]
    fn words_are_read_back_as_what_they_stand_for() {
        check(Media::ALL, media, read_media, MEDIA);
        check(Platform::ALL, platform, read_platform, PLATFORMS);
        check(
            Architecture::ALL,
            architecture,
            read_architecture,
            ARCHITECTURES,
        );
        check(Firmware::ALL, boot_mode, read_boot_mode, BOOT_MODES);
        for value in DiskFormat::ALL {
            assert_eq!(read_format(format(*value)), Some(*value));
        }
    }

    #[test]
    fn a_status_is_said_in_the_vendors_words() {
        for (ours, theirs) in [
            (Status::Queued, "Downloading"),
            (Status::Saving, "Downloading"),
            (Status::Staged, "Downloading"),
            (Status::Importing, "Downloading"),
            (Status::Capturing, "Creating"),
            (Status::Active, "Ready"),
            (Status::Failed, "Error"),
            (Status::Deleted, "Deleted"),
        ] {
            assert_eq!(status(ours), theirs);
        }
    }

    #[test]
    fn a_copy_follows_the_image_it_belongs_to() {
        for (image, location, word) in [
            (Status::Capturing, LocationState::Writing, "Creating"),
            (Status::Importing, LocationState::Writing, "Downloading"),
            (Status::Saving, LocationState::Writing, "Downloading"),
            (Status::Capturing, LocationState::Ready, "Ready"),
            (Status::Active, LocationState::Ready, "Ready"),
            (Status::Deleted, LocationState::Ready, "Deleted"),
            (Status::Active, LocationState::Deleted, "Deleted"),
            (Status::Deleted, LocationState::Deleted, "Deleted"),
            (Status::Active, LocationState::Deleting, "Deleted"),
        ] {
            assert_eq!(location_status(image, location), word, "{image} {location}");
        }
    }

    #[test]
    fn boot_modes_are_read_without_regard_to_case() {
        assert_eq!(read_boot_mode("uefi"), Some(Firmware::Uefi));
        assert_eq!(read_boot_mode("LEGACY"), Some(Firmware::Bios));
    }
}

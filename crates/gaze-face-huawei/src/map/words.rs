//! Enumerations. The vendor has fewer words than the domain, so a word names a set of values, and
//! every value has one word: a filter finds exactly the images that show its word.

use gaze_domain::list::Field;
use gaze_domain::{Architecture, Firmware, Media, Platform, Status, Visibility};

/// What `status` shows. IMS knows no difference between ways in which bytes arrive.
pub(crate) const fn status(status: Status) -> &'static str {
    match status {
        Status::Queued => "queued",
        Status::Saving | Status::Staged | Status::Importing | Status::Capturing => "saving",
        Status::Active => "active",
        Status::Failed => "killed",
        Status::Deleted => "deleted",
    }
}

/// The words that the `status` filter takes: `queued` is shown but is not among them.
pub(crate) const STATUS_FILTERS: &[&str] = &["saving", "deleted", "killed", "active"];

/// What `visibility` shows: this call has no word for sharing there, and lists no community images
/// but the caller's own.
pub(crate) const fn visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "public",
        Visibility::Private | Visibility::Shared | Visibility::Community => "private",
    }
}

pub(crate) const VISIBILITY_FILTERS: &[&str] = &["public", "private"];

/// What `__imagetype` shows. An image that is shared is `shared` to its owner too; owner and
/// recipient are told apart by `owner` (IMS, querying images).
pub(crate) const fn image_type(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "gold",
        Visibility::Private | Visibility::Community => "private",
        Visibility::Shared => "shared",
    }
}

pub(crate) const IMAGE_TYPE_FILTERS: &[&str] = &["gold", "private"];

/// What `__os_type` shows.
pub(crate) const fn os_type(platform: Platform) -> &'static str {
    match platform {
        Platform::Linux => "Linux",
        Platform::Windows | Platform::WindowsVirtio => "Windows",
        Platform::Paravirtualization | Platform::Other => "Other",
    }
}

pub(crate) const OS_TYPE_FILTERS: &[&str] = &["Linux", "Windows", "Other"];

/// What `virtual_env_type` shows. `IsoImage` is IMS's word; the page of this call has none.
pub(crate) const fn environment(media: Media) -> &'static str {
    match media {
        Media::RootDisk => "FusionCompute",
        Media::DataDisk => "DataImage",
        Media::Iso => "IsoImage",
    }
}

/// The filter is documented for system disks only.
pub(crate) const ENVIRONMENT_FILTERS: &[&str] = &["FusionCompute"];

pub(crate) const fn firmware(firmware: Firmware) -> &'static str {
    match firmware {
        Firmware::Bios => "bios",
        // The compatibility module is a way of UEFI; the vendor has no third word.
        Firmware::Uefi | Firmware::UefiCsm => "uefi",
    }
}

/// What `__support_arm` shows.
pub(crate) const fn arm(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::Aarch64 => "true",
        Architecture::X86_64
        | Architecture::I686
        | Architecture::Mips64el
        | Architecture::Loongarch64
        | Architecture::Riscv64
        | Architecture::Ppc64le
        | Architecture::S390x => "false",
    }
}

/// The values that show the word: empty for a word that nothing shows.
pub(crate) fn showing<T: Copy>(all: &[T], show: fn(T) -> &'static str, word: &str) -> Vec<T> {
    all.iter()
        .copied()
        .filter(|value| show(*value) == word)
        .collect()
}

/// `sort_key`.
pub(crate) fn sort_field(word: &str) -> Option<Field> {
    match word {
        "name" => Some(Field::Name),
        "status" => Some(Field::Status),
        "disk_format" => Some(Field::Format),
        "created_at" => Some(Field::CreatedAt),
        _ => None,
    }
}

pub(crate) const SORT_KEYS: &[&str] = &["name", "status", "disk_format", "created_at"];

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Copy + PartialEq + std::fmt::Debug>(
        all: &[T],
        show: fn(T) -> &'static str,
        table: &[(&str, &[T])],
    ) {
        for (word, expected) in table {
            assert_eq!(showing(all, show, word), *expected, "{word}");
        }
        let covered: usize = table.iter().map(|(_, values)| values.len()).sum();
        assert_eq!(covered, all.len(), "every value has a row in the table");
    }

    #[test]
    fn statuses_fold_into_five_words() {
        check(
            Status::ALL,
            status,
            &[
                ("queued", &[Status::Queued]),
                (
                    "saving",
                    &[
                        Status::Saving,
                        Status::Staged,
                        Status::Importing,
                        Status::Capturing,
                    ],
                ),
                ("active", &[Status::Active]),
                ("killed", &[Status::Failed]),
                ("deleted", &[Status::Deleted]),
            ],
        );
    }

    #[test]
    fn sharing_shows_in_the_image_type_alone() {
        check(
            Visibility::ALL,
            visibility,
            &[
                (
                    "private",
                    &[
                        Visibility::Private,
                        Visibility::Shared,
                        Visibility::Community,
                    ],
                ),
                ("public", &[Visibility::Public]),
            ],
        );
        check(
            Visibility::ALL,
            image_type,
            &[
                ("gold", &[Visibility::Public]),
                ("private", &[Visibility::Private, Visibility::Community]),
                ("shared", &[Visibility::Shared]),
            ],
        );
    }

    #[test]
    fn platforms_fold_into_three_systems() {
        check(
            Platform::ALL,
            os_type,
            &[
                ("Linux", &[Platform::Linux]),
                ("Windows", &[Platform::Windows, Platform::WindowsVirtio]),
                ("Other", &[Platform::Paravirtualization, Platform::Other]),
            ],
        );
    }

    #[test]
    fn media_are_environments() {
        check(
            Media::ALL,
            environment,
            &[
                ("FusionCompute", &[Media::RootDisk]),
                ("DataImage", &[Media::DataDisk]),
                ("IsoImage", &[Media::Iso]),
            ],
        );
    }

    #[test]
    fn firmware_and_arm_have_two_words_each() {
        check(
            Firmware::ALL,
            firmware,
            &[
                ("bios", &[Firmware::Bios]),
                ("uefi", &[Firmware::Uefi, Firmware::UefiCsm]),
            ],
        );
        assert_eq!(
            showing(Architecture::ALL, arm, "true"),
            [Architecture::Aarch64]
        );
    }

    #[test]
    fn every_filter_word_is_shown_by_something() {
        for word in STATUS_FILTERS {
            assert!(!showing(Status::ALL, status, word).is_empty(), "{word}");
        }
        for word in VISIBILITY_FILTERS {
            assert!(!showing(Visibility::ALL, visibility, word).is_empty());
        }
        for word in IMAGE_TYPE_FILTERS {
            assert!(!showing(Visibility::ALL, image_type, word).is_empty());
        }
        for word in OS_TYPE_FILTERS {
            assert!(!showing(Platform::ALL, os_type, word).is_empty());
        }
        for word in ENVIRONMENT_FILTERS {
            assert!(!showing(Media::ALL, environment, word).is_empty());
        }
        for word in SORT_KEYS {
            assert!(sort_field(word).is_some(), "{word}");
        }
    }
}

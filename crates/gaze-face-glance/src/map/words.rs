//! Enumerations.

use gaze_domain::list::{Condition, Field};
use gaze_domain::{DiskFormat, Image, Status, Timestamp};

/// What `status` shows. An image that is switched off is `deactivated`, as long as it would be
/// `active` otherwise.
pub(crate) const fn status(status: Status, enabled: bool) -> &'static str {
    match (status, enabled) {
        (Status::Queued, _) => "queued",
        (Status::Saving | Status::Capturing, _) => "saving",
        (Status::Staged, _) => "uploading",
        (Status::Importing, _) => "importing",
        (Status::Active, true) => "active",
        (Status::Active, false) => "deactivated",
        (Status::Failed, _) => "killed",
        (Status::Deleted, _) => "deleted",
    }
}

/// Conditions under which an image shows the word; `None` for a word that no listed image shows.
pub(crate) fn status_conditions(word: &str) -> Option<Vec<Condition>> {
    let is = |status: Status| Condition::eq(Field::Status, status);
    Some(match word {
        "queued" => vec![is(Status::Queued)],
        "saving" => vec![Condition::any(
            Field::Status,
            [Status::Saving, Status::Capturing],
        )],
        "uploading" => vec![is(Status::Staged)],
        "importing" => vec![is(Status::Importing)],
        "active" => vec![is(Status::Active), Condition::eq(Field::Enabled, true)],
        "deactivated" => vec![is(Status::Active), Condition::eq(Field::Enabled, false)],
        "killed" => vec![is(Status::Failed)],
        _ => return None,
    })
}

/// `container_format` words that are taken (Image API v2, `container_formats`).
pub(crate) const CONTAINERS: &[&str] = &[
    "ami",
    "ari",
    "aki",
    "bare",
    "ovf",
    "ova",
    "docker",
    "compressed",
];

/// The free property that keeps `container_format` where it is not what the format suggests. An
/// empty value means that the client gave none.
pub(crate) const CONTAINER: &str = "container_format";

/// What an image is in that nobody said is in anything: the bytes are the disk.
pub(crate) const BARE: &str = "bare";

/// What `container_format` shows.
pub(crate) fn container(image: &Image) -> Option<&str> {
    match image.properties.get(CONTAINER).map(String::as_str) {
        Some("") => None,
        Some(word) => Some(word),
        None => (image.format.is_some() || image.status != Status::Queued).then_some(BARE),
    }
}

/// `disk_format` words: the catalogue's own.
pub(crate) fn format(word: &str) -> Option<DiskFormat> {
    word.parse().ok()
}

/// `2026-11-21T18:37:30Z`.
pub(crate) fn time(at: Timestamp) -> String {
    format!("{at:.0}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_status_is_found_by_the_word_that_it_shows() {
        for known in Status::ALL {
            for enabled in [true, false] {
                let word = status(*known, enabled);
                let found = status_conditions(word);
                assert_eq!(found.is_some(), *known != Status::Deleted, "{word}");
            }
        }
        assert_eq!(status_conditions("pending_delete"), None);
    }

    #[test]
    fn times_have_whole_seconds() {
        let at: Timestamp = "2026-11-21T18:37:30.999Z".parse().unwrap();
        assert_eq!(time(at), "2026-11-21T18:37:30Z");
    }
}

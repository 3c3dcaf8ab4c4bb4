//! System tags and user tags of a request → what they say of an image.
//!
//! `bootMode::X` is the image's firmware. The other system tags that images have in ZStack, and
//! all user tags, are kept as tags of the image, letter by letter.

use std::collections::BTreeSet;

use gaze_domain::image::{MAX_TAGS, check_tag};
use gaze_domain::{Firmware, Noun};

use super::tagging::{self, BOOT_MODE};
use super::words;
use crate::errors::{Failure, invalid_argument};

pub(crate) use gaze_domain::tag::GUEST_AGENT;

/// What a request's tags ask for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ImageTags {
    pub(crate) firmware: Option<Firmware>,
    pub(crate) tags: BTreeSet<String>,
}

/// Reads the tags of a request that makes an image. An unknown system tag, a second boot mode and
/// a word that is no boot mode are refused.
pub(crate) fn read(system: &[String], user: &[String]) -> Result<ImageTags, Failure> {
    let mut asked = ImageTags::default();
    let boot_modes: Vec<&str> = system
        .iter()
        .filter_map(|tag| tag.strip_prefix(BOOT_MODE))
        .collect();
    if boot_modes.len() > 1 {
        return Err(invalid_argument(format!(
            "only one bootMode system tag is allowed, but {} got",
            boot_modes.len()
        )));
    }
    if let Some(word) = boot_modes.first() {
        asked.firmware = Some(words::read_boot_mode(word).ok_or_else(|| {
            invalid_argument(format!(
                "[{word}] specified in system tag [{BOOT_MODE}{word}] is not a valid boot mode"
            ))
        })?);
    }
    let lasting = || tagging::lasting(system).filter(|tag| !tag.starts_with(BOOT_MODE));
    if let Some(tag) = lasting().find(|tag| !tagging::is_known(tag)) {
        return Err(invalid_argument(format!("no system tag matches {tag}")));
    }
    for tag in lasting() {
        tagging::read_system(Noun::Image, tag)?;
    }
    for tag in lasting().chain(user) {
        if let Err(refusal) = check_tag(tag) {
            return Err(invalid_argument(refusal.to_string()));
        }
        asked.tags.insert(tag.clone());
    }
    if asked.tags.len() > MAX_TAGS {
        return Err(invalid_argument(format!(
            "{} tags are more than the {MAX_TAGS} that an image can have",
            asked.tags.len()
        )));
    }
    Ok(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(tags: &[&str]) -> Vec<String> {
        tags.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_boot_mode_is_the_firmware_and_the_rest_stay_tags() {
        let asked = read(
            &owned(&["bootMode::uefi", "qemuga", "GuestTools::5.2"]),
            &owned(&["team/a"]),
        )
        .unwrap();
        assert_eq!(asked.firmware, Some(Firmware::Uefi));
        assert_eq!(
            asked.tags.into_iter().collect::<Vec<_>>(),
            ["GuestTools::5.2", "qemuga", "team/a"]
        );
    }

    #[test]
    fn tags_that_mean_nothing_are_refused_with_the_vendors_texts() {
        for (tags, text) in [
            (vec!["nonsense"], "no system tag matches nonsense"),
            (vec!["GuestTools::"], "no system tag matches GuestTools::"),
            (
                vec!["bootMode::UEFI", "bootMode::Legacy"],
                "only one bootMode system tag is allowed, but 2 got",
            ),
            (
                vec!["bootMode::x"],
                "[x] specified in system tag [bootMode::x] is not a valid boot mode",
            ),
        ] {
            let refusal = read(&owned(&tags), &[]).unwrap_err();
            assert_eq!(refusal, invalid_argument(text));
        }
        assert!(read(&[], &owned(&[""])).is_err());
        assert!(read(&[], &owned(&["a\nb"])).is_err());
    }
}

//! Tags as resources: between the domain's tags and ZStack's texts and inventories.

use gaze_app::TagText;
use gaze_domain::tag::{PatternKind, TAGGED, is_system};
use gaze_domain::{Firmware, Noun, Tag, TagKind, TagPattern, TagPatternId};

use super::words;
use crate::call::Tags;
use crate::errors::{Failure, class_of, invalid_argument};
use crate::wire::date;
use crate::wire::tag::{SystemTag, TagPattern as Pattern, UserTag};

pub(crate) const BOOT_MODE: &str = "bootMode::";
/// Tags that a call means for itself and that nothing gets.
const EPHEMERAL: &str = "ephemeral::";

/// `type` of tags.
pub(crate) const SYSTEM: &str = "System";
pub(crate) const USER: &str = "User";

/// The noun of a `resourceType`, such as `ImageVO`, if it can have tags here.
pub(crate) fn read_resource_type(word: &str) -> Option<Noun> {
    TAGGED.into_iter().find(|noun| class_of(*noun) == word)
}

/// Reads the text of a system tag of such a thing.
pub(crate) fn read_system(noun: Noun, text: &str) -> Result<TagText, Failure> {
    if let Some(word) = text.strip_prefix(BOOT_MODE)
        && matches!(noun, Noun::Image | Noun::Instance)
    {
        let firmware = words::read_boot_mode(word).ok_or_else(|| {
            invalid_argument(format!(
                "[{word}] specified in system tag [{text}] is not a valid boot mode"
            ))
        })?;
        return Ok(TagText::firmware(firmware));
    }
    if is_system(noun, text) {
        return Ok(TagText::system(text));
    }
    Err(invalid_argument(format!(
        "no system tag matches[{text}] for resourceType[{}]",
        class_of(noun)
    )))
}

/// Whether the text is a system tag of anything.
pub(crate) fn is_known(text: &str) -> bool {
    text.starts_with(BOOT_MODE) || TAGGED.into_iter().any(|noun| is_system(noun, text))
}

/// The tags that a call gives to what it makes, other than an image.
pub(crate) fn given(noun: Noun, tags: &Tags) -> Result<Vec<TagText>, Failure> {
    let mut given = Vec::new();
    for text in lasting(&tags.system) {
        if !is_known(text) {
            return Err(invalid_argument(format!("no system tag matches {text}")));
        }
        given.push(read_system(noun, text)?);
    }
    given.extend(tags.user.iter().map(TagText::user));
    Ok(given)
}

/// The system tags of a call that something gets.
pub(crate) fn lasting(system: &[String]) -> impl Iterator<Item = &String> {
    system.iter().filter(|text| !text.starts_with(EPHEMERAL))
}

/// The text of a tag.
pub(crate) fn text(tag: &Tag) -> String {
    match (tag.kind, tag.text.parse::<Firmware>()) {
        (TagKind::Firmware, Ok(firmware)) => boot_mode(firmware),
        (TagKind::Firmware, Err(_)) | (TagKind::System | TagKind::User, _) => tag.text.clone(),
    }
}

pub(crate) fn boot_mode(firmware: Firmware) -> String {
    format!("{BOOT_MODE}{}", words::boot_mode(firmware))
}

/// Nothing here is made by the server itself.
pub(crate) fn system(tag: &Tag) -> SystemTag {
    SystemTag {
        uuid: tag.id.hex(),
        resource_uuid: tag.subject.simple().to_string(),
        resource_type: class_of(tag.noun),
        tag: text(tag),
        r#type: SYSTEM,
        inherent: false,
        create_date: date::show(tag.created_at),
        last_op_date: date::show(tag.updated_at),
    }
}

/// A user tag with its pattern, if that is among those.
pub(crate) fn user(tag: &Tag, patterns: &[TagPattern]) -> UserTag {
    let known = patterns.iter().find(|known| Some(known.id) == tag.pattern);
    UserTag {
        uuid: tag.id.hex(),
        resource_uuid: tag.subject.simple().to_string(),
        resource_type: class_of(tag.noun),
        tag: tag.text.clone(),
        r#type: USER,
        tag_pattern_uuid: tag.pattern.map(TagPatternId::hex),
        tag_pattern: known.map(pattern),
        create_date: date::show(tag.created_at),
        last_op_date: date::show(tag.updated_at),
    }
}

pub(crate) fn pattern(pattern: &TagPattern) -> Pattern {
    Pattern {
        uuid: pattern.id.hex(),
        name: pattern.name.clone(),
        value: pattern.value.clone(),
        description: pattern.description.clone(),
        color: pattern.color.clone(),
        r#type: pattern_kind(pattern.kind),
        create_date: date::show(pattern.created_at),
        last_op_date: date::show(pattern.updated_at),
    }
}

/// TagPatternType.
const fn pattern_kind(kind: PatternKind) -> &'static str {
    match kind {
        PatternKind::Simple => "simple",
        PatternKind::WithToken => "withToken",
    }
}

pub(crate) const PATTERN_KINDS: &[&str] = &["simple", "withToken"];

pub(crate) fn read_pattern_kind(word: &str) -> Option<PatternKind> {
    let all = PatternKind::ALL.iter().copied();
    all.into_iter().find(|kind| pattern_kind(*kind) == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_tag_is_read_for_the_noun_that_it_is_on() {
        for (noun, text, expected) in [
            (
                Noun::Image,
                "bootMode::uefi",
                Some(TagText::firmware(Firmware::Uefi)),
            ),
            (
                Noun::Instance,
                "bootMode::Legacy",
                Some(TagText::firmware(Firmware::Bios)),
            ),
            (Noun::Zone, "bootMode::UEFI", None),
            (Noun::Image, "bootMode::x", None),
            (Noun::Image, "qemuga", Some(TagText::system("qemuga"))),
            (Noun::Image, "hostname::a", None),
            (
                Noun::Instance,
                "hostname::a",
                Some(TagText::system("hostname::a")),
            ),
        ] {
            assert_eq!(read_system(noun, text).ok(), expected, "{noun} {text}");
        }
    }

    #[test]
    fn resource_types_are_the_classes_of_what_has_tags() {
        for noun in TAGGED {
            assert_eq!(read_resource_type(class_of(noun)), Some(noun));
        }
        assert_eq!(read_resource_type("HostVO"), None);
    }

    #[test]
    fn pattern_kinds_are_read_back() {
        for kind in PatternKind::ALL {
            assert_eq!(read_pattern_kind(pattern_kind(*kind)), Some(*kind));
            assert!(PATTERN_KINDS.contains(&pattern_kind(*kind)));
        }
    }
}

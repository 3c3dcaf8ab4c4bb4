//! Conditions on the tags of images.
//!
//! A negation asks for images of which no tag meets the opposite, as ZStack's subqueries do. The
//! system tag `bootMode::X` is kept as the firmware.

use gaze_domain::Firmware;
use gaze_domain::list::{Condition as Ours, Field, Operand, Test as Asked};

use super::fields::operands;
use crate::map::words;
use crate::query::{Comparison, Test};

const BOOT_MODE: &str = "bootMode::";

/// A condition on `__userTag__`.
pub(super) fn user(test: &Test) -> Ours {
    match test.negation() {
        Some(opposite) => Ours::Without(Field::Tag, asked(&opposite)),
        None => Ours::Field(Field::Tag, asked(test)),
    }
}

/// A condition on `__systemTag__`.
pub(super) fn system(test: &Test) -> Ours {
    let opposite = test.negation();
    let met = opposite.as_ref().unwrap_or(test);
    let firmware = Asked::In(
        Firmware::ALL
            .iter()
            .filter(|firmware| is_boot_mode(met, **firmware))
            .map(|firmware| firmware.as_str().into())
            .collect(),
    );
    if opposite.is_some() {
        Ours::AnyOf(vec![vec![
            Ours::Without(Field::Tag, asked(met)),
            Ours::Without(Field::Firmware, firmware),
        ]])
    } else {
        Ours::AnyOf(vec![
            vec![Ours::Field(Field::Tag, asked(met))],
            vec![Ours::Field(Field::Firmware, firmware)],
        ])
    }
}

/// Whether the tag of the firmware meets the test; boot modes are read without regard to case.
pub(crate) fn is_boot_mode(test: &Test, firmware: Firmware) -> bool {
    let word = words::boot_mode(firmware);
    let named = |tag: &str| {
        tag.strip_prefix(BOOT_MODE)
            .is_some_and(|mode| mode.eq_ignore_ascii_case(word))
    };
    match test {
        Test::Compare(Comparison::Equal, tag) => named(tag),
        Test::OneOf(tags) => tags.iter().any(|tag| named(tag)),
        other => other.accepts(&format!("{BOOT_MODE}{word}")),
    }
}

/// The test as the catalogue asks it of a tag.
fn asked(test: &Test) -> Asked {
    match operands(test, |value| Ok(Operand::from(value))) {
        Ok(asked) => asked,
        Err(_infallible) => Asked::IsNull,
    }
}

//! Names of blobs. A [`Key`] that exists is safe to use as a relative path.

use std::fmt;
use std::str::FromStr;

/// Longest key, in bytes. Well under PATH_MAX (4096) with a long root in front.
pub const MAX_KEY_BYTES: usize = 512;

/// Longest segment of a key, in bytes: what file systems take as one name (NAME_MAX).
pub const MAX_SEGMENT_BYTES: usize = 255;

/// The name of a blob: segments of `[A-Za-z0-9._-]` joined by `/`, for example `images/7f3a.raw`.
///
/// No segment is empty or begins with a dot, so a key never names a parent folder, an absolute
/// path or a hidden file. Keys order by their bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Box<str>);

/// Why a text is not a [`Key`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    /// The text, or a part of it between two slashes, is empty.
    #[error("a key and its segments may not be empty")]
    Empty,
    /// A segment begins with a dot.
    #[error("a segment of a key may not begin with a dot")]
    LeadingDot,
    /// A character is not one of `[A-Za-z0-9._-]`.
    #[error("a key holds only letters, digits, dot, underscore, hyphen and slash")]
    Character,
    /// Longer than [`MAX_KEY_BYTES`], or a segment is longer than [`MAX_SEGMENT_BYTES`].
    #[error("a key or one of its segments is too long")]
    TooLong,
}

impl Key {
    /// Checks and takes `text` as a key.
    pub fn parse(text: &str) -> Result<Self, InvalidKey> {
        if text.len() > MAX_KEY_BYTES {
            return Err(InvalidKey::TooLong);
        }
        text.split('/').try_for_each(check_segment)?;
        Ok(Self(text.into()))
    }

    /// The key as text, and as a path relative to wherever blobs are kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Checks one segment: not empty, no leading dot, only the allowed characters, not too long.
pub(crate) fn check_segment(segment: &str) -> Result<(), InvalidKey> {
    if segment.is_empty() {
        return Err(InvalidKey::Empty);
    }
    if segment.len() > MAX_SEGMENT_BYTES {
        return Err(InvalidKey::TooLong);
    }
    if segment.starts_with('.') {
        return Err(InvalidKey::LeadingDot);
    }
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    if segment.bytes().all(allowed) {
        Ok(())
    } else {
        Err(InvalidKey::Character)
    }
}

impl FromStr for Key {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        Self::parse(text)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::{Component, Path};

    #[test]
    fn keys_are_checked() {
        let check = |text: &str, expected: Result<(), InvalidKey>| {
            assert_eq!(Key::parse(text).map(|_| ()), expected, "{text:?}");
        };
        for good in [
            "a",
            "A9",
            "a/b/c",
            "images/7f3a.raw",
            "a..b",
            "-",
            "_",
            "a.",
            "a-_./b",
        ] {
            check(good, Ok(()));
        }
        for empty in ["", "/", "/a", "a/", "a//b"] {
            check(empty, Err(InvalidKey::Empty));
        }
        for dotted in [".", "..", ".a", "a/..", "a/../b", "a/.hidden"] {
            check(dotted, Err(InvalidKey::LeadingDot));
        }
        for odd in ["a b", "a\\b", "a\0", "ä", "a:b", "a\n", "~", "a%2f"] {
            check(odd, Err(InvalidKey::Character));
        }
        check(&"a".repeat(MAX_SEGMENT_BYTES), Ok(()));
        check(&"a".repeat(MAX_SEGMENT_BYTES + 1), Err(InvalidKey::TooLong));
        check(&"a/".repeat(MAX_KEY_BYTES / 2 - 1).add("bc"), Ok(()));
        check(
            &"a/".repeat(MAX_KEY_BYTES / 2).add("b"),
            Err(InvalidKey::TooLong),
        );
    }

    trait Add {
        fn add(self, tail: &str) -> String;
    }
    impl Add for String {
        fn add(mut self, tail: &str) -> String {
            self.push_str(tail);
            self
        }
    }

    proptest! {
        #[test]
        fn no_text_that_parses_leaves_its_folder(text in "[a-zA-Z./_ \\\\\u{0}~-]{0,24}") {
            if let Ok(key) = Key::parse(&text) {
                let path = Path::new(key.as_str());
                prop_assert!(path.components().all(|part| matches!(part, Component::Normal(_))));
            }
        }
    }
}

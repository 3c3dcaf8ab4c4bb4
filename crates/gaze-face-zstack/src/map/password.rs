//! Passwords as ZStack's clients send them.

use gaze_app::Secret;

/// Digits of a SHA-512.
const DIGITS: usize = 128;

/// The official clients send the SHA-512 of a password in hexadecimal, and the server takes any
/// text for what it is. What is no SHA-512 is taken for the password itself, so that it opens
/// every other face as well.
pub(crate) fn secret(text: &str) -> Secret {
    if text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Secret::Sha512Hex(text.to_ascii_lowercase())
    } else {
        Secret::Clear(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_sha512_is_one() {
        for (text, is_digest) in [
            ("0a".repeat(64), true),
            ("0A".repeat(64), true),
            ("0g".repeat(64), false),
            ("0".repeat(127), false),
            ("0".repeat(129), false),
            ("password".to_owned(), false),
            (String::new(), false),
        ] {
            let found = matches!(secret(&text), Secret::Sha512Hex(_));
            assert_eq!(found, is_digest, "{text}");
        }
    }
}

//! Secrets made up by the service.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gaze_domain::Runtime;
use gaze_domain::access::TokenKind;
use sha2::{Digest as _, Sha256};

const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A token's text in the form that the clients of its kind expect: a session is a UUID without
/// hyphens (ZStack), a program's token 64 hexadecimal digits (DiDi Cloud), a login token 43
/// URL-safe characters.
pub(crate) fn token(runtime: &dyn Runtime, kind: TokenKind) -> String {
    match kind {
        TokenKind::Session => runtime.uuid().simple().to_string(),
        TokenKind::Api => {
            let mut bytes = [0; 32];
            runtime.random(&mut bytes);
            hex::encode(bytes)
        }
        TokenKind::Login | TokenKind::Application | TokenKind::External => capability(runtime),
    }
}

/// Whether a text is of a form in which [`token`] writes. Tokens of Keystone's are much longer.
pub(crate) fn has_form_of_token(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    match text.len() {
        32 | 64 => text.bytes().all(|byte| byte.is_ascii_hexdigit()),
        43 => text.bytes().all(plain),
        _ => false,
    }
}

/// A secret that is a right by itself: 43 URL-safe characters, 256 bits.
pub(crate) fn capability(runtime: &dyn Runtime) -> String {
    let mut bytes = [0; 32];
    runtime.random(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What the catalogue knows a token or another secret by.
pub(crate) fn token_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// Random letters and digits, each equally likely.
pub(crate) fn letters_and_digits(runtime: &dyn Runtime, many: usize) -> String {
    // 248 is the largest multiple of 62 in a byte; what lies above would favour the first letters.
    const FAIR: u8 = 248;
    let mut text = String::with_capacity(many);
    while text.len() < many {
        let mut bytes = [0; 64];
        runtime.random(&mut bytes);
        for byte in bytes {
            if byte < FAIR && text.len() < many {
                text.push(char::from(ALPHABET[usize::from(byte) % ALPHABET.len()]));
            }
        }
    }
    text
}

/// A password of 119 bits.
pub(crate) fn password(runtime: &dyn Runtime) -> String {
    letters_and_digits(runtime, 20)
}

//! Digests of blobs and the choice of which are computed.

use std::fmt;
use std::str::FromStr;

/// A digest of `N` bytes, shown as lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest<const N: usize>(pub [u8; N]);

/// An MD5 digest (RFC 1321): a vendor-visible checksum, no protection against forgery.
pub type Md5 = Digest<16>;
/// A SHA-256 digest (FIPS 180-4).
pub type Sha256 = Digest<32>;
/// A SHA-512 digest (FIPS 180-4).
pub type Sha512 = Digest<64>;

/// A text is not the hexadecimal form of a digest of the expected length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a digest of {expected_bytes} bytes in hexadecimal")]
pub struct ParseDigestError {
    /// How many bytes the digest has; the text has twice as many digits.
    pub expected_bytes: usize,
}

impl<const N: usize> Digest<N> {
    /// The bytes of the digest.
    pub fn as_bytes(&self) -> &[u8; N] {
        &self.0
    }
}

impl<const N: usize> fmt::Display for Digest<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl<const N: usize> fmt::Debug for Digest<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<const N: usize> FromStr for Digest<N> {
    type Err = ParseDigestError;

    /// Takes exactly `2 * N` hexadecimal digits of either case.
    fn from_str(text: &str) -> Result<Self, ParseDigestError> {
        let mut bytes = [0; N];
        match hex::decode_to_slice(text, &mut bytes) {
            Ok(()) => Ok(Self(bytes)),
            Err(_) => Err(ParseDigestError { expected_bytes: N }),
        }
    }
}

/// Which digests are computed while a blob is written. Each costs a thread for as long as the
/// blob is being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DigestSet {
    /// Compute MD5.
    pub md5: bool,
    /// Compute SHA-256.
    pub sha256: bool,
    /// Compute SHA-512.
    pub sha512: bool,
}

impl DigestSet {
    /// No digest at all.
    pub const NONE: Self = Self {
        md5: false,
        sha256: false,
        sha512: false,
    };
    /// MD5 and SHA-256.
    pub const MD5_SHA256: Self = Self {
        md5: true,
        sha256: true,
        sha512: false,
    };
    /// Every digest this crate knows.
    pub const ALL: Self = Self {
        md5: true,
        sha256: true,
        sha512: true,
    };
}

impl Default for DigestSet {
    /// MD5 and SHA-256.
    fn default() -> Self {
        Self::MD5_SHA256
    }
}

/// The digests of a whole blob: exactly those that its [`DigestSet`] asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digests {
    /// The MD5 digest, if it was asked for.
    pub md5: Option<Md5>,
    /// The SHA-256 digest, if it was asked for.
    pub sha256: Option<Sha256>,
    /// The SHA-512 digest, if it was asked for.
    pub sha512: Option<Sha512>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_goes_both_ways() {
        let text = "d41d8cd98f00b204e9800998ecf8427e";
        let digest: Md5 = text.parse().unwrap();
        assert_eq!(digest.to_string(), text);
        assert_eq!(text.to_uppercase().parse::<Md5>().unwrap(), digest);
    }

    #[test]
    fn texts_of_another_length_or_alphabet_are_refused() {
        for text in [
            "",
            "d4",
            "zz1d8cd98f00b204e9800998ecf8427e",
            "d41d8cd98f00b204e9800998ecf8427",
        ] {
            assert_eq!(
                text.parse::<Md5>(),
                Err(ParseDigestError { expected_bytes: 16 })
            );
        }
        assert!(
            "d41d8cd98f00b204e9800998ecf8427e"
                .parse::<Sha256>()
                .is_err()
        );
    }
}

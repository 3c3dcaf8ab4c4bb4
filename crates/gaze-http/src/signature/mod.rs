//! Signature schemes of requests that more than one face checks.

pub mod sdk_hmac;
pub mod zstack;

use std::time::Duration;

/// How far a signed date may lie from the present, in either direction, for both schemes.
pub const MAX_SKEW: Duration = Duration::from_mins(15);

/// Why a signature was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The header that carries the credentials is not of the scheme's form.
    #[error("the authorization header is malformed: {0}")]
    Malformed(&'static str),
    /// A header that was signed, or has to be, is missing or not text.
    #[error("header {0} is needed to check the signature")]
    MissingHeader(String),
    #[error("the date {0:?} is not understood")]
    BadDate(String),
    #[error("the request's date is too far from the present")]
    Skewed,
    /// The body is not the one whose hash was signed.
    #[error("the body does not have the hash that was signed")]
    WrongBody,
    #[error("the signature does not match")]
    Mismatch,
}

impl From<SignatureError> for gaze_domain::access::AuthFailure {
    fn from(error: SignatureError) -> Self {
        match error {
            SignatureError::Malformed(_)
            | SignatureError::MissingHeader(_)
            | SignatureError::BadDate(_) => Self::Malformed(error.to_string()),
            SignatureError::Skewed => Self::Skewed,
            SignatureError::WrongBody | SignatureError::Mismatch => Self::WrongSignature,
        }
    }
}

/// Whether two instants, in seconds, lie within [`MAX_SKEW`].
fn is_near(one: i64, other: i64) -> bool {
    one.abs_diff(other) <= MAX_SKEW.as_secs()
}

//! Domain errors and protocol errors in DiDi Cloud's numbers and words.
//!
//! Source: DiDi Cloud, Open API documents, "Quick start: results", the table of `errno`. The table
//! has one number for images and none for "not found", "in use" or "quota"; what it folds together
//! is told apart by the text behind the table's own.

use gaze_domain::{Error, Noun};

/// `请求有点问题，请反馈客服`: a parameter is wrong, or the operation is not possible.
pub(crate) const BAD_REQUEST: Errno = Errno(1, "请求有点问题，请反馈客服");
/// `服务开小差，请稍等`: the service is at fault.
pub(crate) const SYSTEM: Errno = Errno(2, "服务开小差，请稍等");
/// `服务开小差，休息一会再试试`: come back later.
pub(crate) const LATER: Errno = Errno(3, "服务开小差，休息一会再试试");
/// `认证错误/AccessDenied`: the token is not accepted.
pub(crate) const ACCESS_DENIED: Errno = Errno(4, "认证错误/AccessDenied");
/// `调用方式有点小问题，请反馈客服`: no such call, or not in this form.
pub(crate) const WRONG_CALL: Errno = Errno(13, "调用方式有点小问题，请反馈客服");
/// `查询镜像失败`: the one number about images.
pub(crate) const IMAGE_QUERY: Errno = Errno(41_026, "查询镜像失败");
/// `没有权限，请联系管理员`: the caller may not do this.
pub(crate) const FORBIDDEN: Errno = Errno(10_000_001, "没有权限，请联系管理员");

/// A number of the vendor's table and its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Errno(pub(crate) u32, &'static str);

/// Why a call failed, in the vendor's words.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) errno: u32,
    pub(crate) errmsg: String,
    source: Option<Error>,
}

impl Failure {
    /// A call that the vendor does not know, or that is not made in its form.
    pub(crate) fn wrong_call(detail: impl AsRef<str>) -> Self {
        Self::new(WRONG_CALL, detail.as_ref())
    }

    /// The domain's error behind it, for the log.
    pub(crate) fn source(&self) -> Option<&Error> {
        self.source.as_ref()
    }

    fn new(Errno(errno, text): Errno, detail: &str) -> Self {
        Self {
            errno,
            errmsg: if detail.is_empty() {
                text.to_owned()
            } else {
                format!("{text}: {detail}")
            },
            source: None,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let mut failure = match &error {
            // What happened inside is for the log alone.
            Error::Internal { .. } => Self::new(SYSTEM, ""),
            _shown => Self::new(errno(&error), &error.to_string()),
        };
        failure.source = Some(error);
        failure
    }
}

/// The text that tells why a job failed; the number is not part of a job.
pub(crate) fn reason(error: &Error) -> String {
    match error {
        Error::Internal { .. } => SYSTEM.1.to_owned(),
        _shown => error.to_string(),
    }
}

fn errno(error: &Error) -> Errno {
    match error {
        Error::NotFound {
            noun: Noun::Image, ..
        } => IMAGE_QUERY,
        Error::NotFound { .. }
        | Error::Invalid { .. }
        | Error::AlreadyExists { .. }
        | Error::WrongState { .. }
        | Error::InUse { .. }
        | Error::Protected { .. }
        | Error::QuotaExceeded { .. }
        | Error::TooLarge { .. }
        | Error::Refused { .. }
        | Error::SourceRefused { .. }
        | Error::SourceFailed { .. }
        | Error::Cancelled => BAD_REQUEST,
        Error::Unauthenticated(_) => ACCESS_DENIED,
        Error::Forbidden { .. } => FORBIDDEN,
        Error::NoSpace { .. }
        | Error::NoStore { .. }
        | Error::Unreachable { .. }
        | Error::Internal { .. } => SYSTEM,
        Error::Throttled { .. } | Error::Unavailable { .. } => LATER,
    }
}

#[cfg(test)]
mod tests;

//! The error codes that this face answers, with their fixed descriptions.

use crate::wire::error_code::ErrorCode;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    Internal,
    Timeout,
    CannotCreate,
    NotFound,
    OperationFailed,
    InvalidArgument,
    Unsupported,
    Cancelled,
    Authentication,
    InvalidSession,
    Permission,
    Quota,
    Sessions,
    Download,
    NoBackupStorage,
    PrimaryStorage,
}

impl Code {
    const fn code(self) -> &'static str {
        match self {
            Self::Internal => "SYS.1000",
            Self::Timeout => "SYS.1001",
            Self::CannotCreate => "SYS.1002",
            Self::NotFound => "SYS.1003",
            Self::OperationFailed => "SYS.1006",
            Self::InvalidArgument => "SYS.1007",
            Self::Unsupported => "SYS.1014",
            Self::Cancelled => "SYS.1017",
            Self::Authentication => "ID.1000",
            Self::InvalidSession => "ID.1001",
            Self::Permission => "ID.1002",
            Self::Quota => "ID.1003",
            Self::Sessions => "ID.1006",
            Self::Download => "BS.1000",
            Self::NoBackupStorage => "BS.1003",
            Self::PrimaryStorage => "PS.1000",
        }
    }

    const fn description(self) -> &'static str {
        match self {
            Self::Internal => "An internal error happened in system",
            Self::Timeout => "A message or a operation timeout",
            Self::CannotCreate => "Unable to create a resource",
            Self::NotFound => "A resource can not be found",
            Self::OperationFailed => "An operation failed",
            Self::InvalidArgument => "One or more API argument is invalid",
            Self::Unsupported => "The operation is not implemented or not supported yet",
            Self::Cancelled => "A message or a operation cancelled",
            Self::Authentication => "Unable to authenticate a user",
            Self::InvalidSession => {
                "The session is invalid, either wrong session id or the session has been expired"
            }
            Self::Permission => "The user doesn't have permission to perform the operation",
            Self::Quota => "The user exceeds a quota of a resource",
            Self::Sessions => "The user has too many concurrent sessions",
            Self::Download => "Unable to download an image to backup storage",
            Self::NoBackupStorage => "Unable to allocate a backup storage",
            Self::PrimaryStorage => "Operation is not permitted",
        }
    }

    pub(crate) fn with(self, details: impl Into<String>) -> ErrorCode {
        ErrorCode {
            code: self.code(),
            description: self.description(),
            details: Some(details.into()),
            cause: None,
        }
    }
}

impl ErrorCode {
    pub(crate) fn because(mut self, cause: Self) -> Self {
        self.cause = Some(Box::new(cause));
        self
    }
}

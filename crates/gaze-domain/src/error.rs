//! The one error of the domain. Transport-free: each face turns every variant into its vendor's
//! words, in one exhaustive match.

use std::fmt;

use crate::access::AuthFailure;
use crate::bytes::ByteCount;
use crate::id::{ImageId, ProjectId, StoreId};
use crate::quota::Quota;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The error and all its causes in one line, outermost first, each after `: `.
pub fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let texts: Vec<String> = causes.map(ToString::to_string).collect();
    texts.join(": ")
}

/// What an error speaks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Noun {
    Image,
    Location,
    Store,
    Pool,
    Volume,
    Snapshot,
    Instance,
    Zone,
    Cluster,
    Region,
    Project,
    Domain,
    User,
    AccessKey,
    ApplicationCredential,
    Token,
    Job,
    Member,
    Tag,
    Namespace,
    MetadefObject,
    MetadefProperty,
    MetadefTag,
    ResourceType,
    Export,
}

impl Noun {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Location => "location",
            Self::Store => "store",
            Self::Pool => "pool",
            Self::Volume => "volume",
            Self::Snapshot => "snapshot",
            Self::Instance => "instance",
            Self::Zone => "zone",
            Self::Cluster => "cluster",
            Self::Region => "region",
            Self::Project => "project",
            Self::Domain => "domain",
            Self::User => "user",
            Self::AccessKey => "access key",
            Self::ApplicationCredential => "application credential",
            Self::Token => "token",
            Self::Job => "job",
            Self::Member => "member",
            Self::Tag => "tag",
            Self::Namespace => "metadata namespace",
            Self::MetadefObject => "metadata object",
            Self::MetadefProperty => "metadata property",
            Self::MetadefTag => "metadata tag",
            Self::ResourceType => "resource type",
            Self::Export => "export",
        }
    }
}

impl fmt::Display for Noun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why an operation did not happen. When one is returned, nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The thing does not exist, or the caller may not know that it does.
    #[error("{noun} {id} was not found")]
    NotFound { noun: Noun, id: String },

    /// A value that the caller gave breaks a rule of its field.
    #[error("{field}: {reason}")]
    Invalid { field: String, reason: String },

    /// The id, name or key is taken.
    #[error("{noun} {id} already exists")]
    AlreadyExists { noun: Noun, id: String },

    /// The thing exists, but its present state does not allow the operation.
    #[error("{noun} {id} is {state}; {needed}")]
    WrongState {
        noun: Noun,
        id: String,
        state: String,
        needed: String,
    },

    /// The thing is used by something else, which has to let go of it first.
    #[error("{noun} {id} is in use: {reason}")]
    InUse {
        noun: Noun,
        id: String,
        reason: String,
    },

    /// A protected image is neither deleted nor overwritten.
    #[error("image {image} is protected; lift its protection first")]
    Protected { image: ImageId },

    /// The credentials are absent, wrong or no longer valid.
    #[error(transparent)]
    Unauthenticated(#[from] AuthFailure),

    /// The caller is known and may see the thing, but not do this.
    #[error("not allowed: {action}")]
    Forbidden {
        action: String,
        noun: Noun,
        id: String,
    },

    /// The project's quota would be passed.
    #[error(
        "quota {quota} of project {project_name}: limit {limit}, used {used}, asked for {requested}"
    )]
    QuotaExceeded {
        project: ProjectId,
        project_name: String,
        quota: Quota,
        limit: u64,
        used: u64,
        requested: u64,
    },

    /// More bytes than the service or the declaration allows.
    #[error("{what} is larger than the limit of {limit}")]
    TooLarge { what: String, limit: ByteCount },

    /// A store that was named has too little room.
    #[error("store {store} has no room for {requested}")]
    NoSpace {
        store: StoreId,
        requested: ByteCount,
    },

    /// No store satisfies what the operation needs.
    #[error("no store can take the image: {reason}")]
    NoStore { reason: String },

    /// The store or pool that holds the bytes cannot be reached, or is switched off.
    #[error("{noun} {id} is unavailable: {reason}")]
    Unreachable {
        noun: Noun,
        id: String,
        reason: String,
    },

    /// The bytes are not an image that can be accepted: damaged, of another format than declared,
    /// or referring to other files.
    #[error("the image was refused: {reason}")]
    Refused { reason: String },

    /// The address or path of a source is outside what the operator allows.
    #[error("source {source_url} is not allowed: {reason}")]
    SourceRefused { source_url: String, reason: String },

    /// The source exists in principle but could not be read to its end.
    #[error("source {source_url} could not be read: {reason}")]
    SourceFailed { source_url: String, reason: String },

    /// The work was cancelled on request.
    #[error("cancelled")]
    Cancelled,

    /// The caller sent too many requests; try again later.
    #[error("too many requests; try again in {retry_after_seconds} s")]
    Throttled { retry_after_seconds: u64 },

    /// A part of the service itself is away for now (the database, a full queue). Worth a retry.
    #[error("the service is not available: {what}")]
    Unavailable { what: String },

    /// A fault of the service. The cause is logged once at the edge and never shown to a client.
    #[error("internal error while {doing}")]
    Internal {
        doing: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    pub fn not_found(noun: Noun, id: impl fmt::Display) -> Self {
        Self::NotFound {
            noun,
            id: id.to_string(),
        }
    }

    pub fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid {
            field: field.into(),
            reason: reason.into(),
        }
    }

    pub fn forbidden(action: impl Into<String>, noun: Noun, id: impl fmt::Display) -> Self {
        Self::Forbidden {
            action: action.into(),
            noun,
            id: id.to_string(),
        }
    }

    pub fn exists(noun: Noun, id: impl fmt::Display) -> Self {
        Self::AlreadyExists {
            noun,
            id: id.to_string(),
        }
    }

    pub fn refused(reason: impl Into<String>) -> Self {
        Self::Refused {
            reason: reason.into(),
        }
    }

    pub fn internal(
        doing: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Internal {
            doing: doing.into(),
            source: source.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_causes_begins_with_the_error_and_ends_with_the_root() {
        let error = Error::internal("listing images", fmt::Error);
        let expected = format!("internal error while listing images: {}", fmt::Error);
        assert_eq!(with_causes(&error), expected);
        assert_eq!(with_causes(&Error::Cancelled), "cancelled");
    }
}

//! What an operation declares of itself; its file in `ops` holds one [`Route`].

use std::pin::Pin;

use axum::http::Method;
use gaze_http::Coverage;

use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::params::Field;

/// The path under which ZStack's servlet is mounted; it is no part of what is signed or printed.
pub(crate) const CONTEXT: &str = "/zstack";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Post,
    Put,
    Delete,
}

impl Verb {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    pub(crate) fn of(method: &Method) -> Option<Self> {
        match method.as_str() {
            "GET" => Some(Self::Get),
            "POST" => Some(Self::Post),
            "PUT" => Some(Self::Put),
            "DELETE" => Some(Self::Delete),
            _ => None,
        }
    }

    /// Whether parameters come from the query string instead of the body.
    pub(crate) const fn reads_query(self) -> bool {
        matches!(self, Self::Get | Self::Delete)
    }
}

/// How an operation answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// With its result. Called again with the same job id, it runs again.
    Sync,
    /// With its result, which is remembered if the client named the call or listens elsewhere.
    Quick,
    /// With the result of the job that it starts if that ends soon, else with the job's place.
    Long,
}

impl Flow {
    /// What an answer says of the call's longest duration: ZStack's default of 30 minutes, and 72
    /// hours for what moves a whole image.
    pub(crate) const fn timeout_ms(self) -> u64 {
        match self {
            Self::Sync | Self::Quick => 30 * 60 * 1000,
            Self::Long => 72 * 60 * 60 * 1000,
        }
    }
}

/// Whether a call asks who makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Open,
    Credentials,
}

pub(crate) type Answering<'a> = Pin<Box<dyn Future<Output = Result<Outcome, Failure>> + Send + 'a>>;

/// An operation: where it is found, what it takes and what it does.
#[derive(Debug)]
pub(crate) struct Route {
    /// The name in ZStack's documentation.
    pub(crate) name: &'static str,
    /// The Java class of the request, for error texts.
    pub(crate) class: &'static str,
    pub(crate) verb: Verb,
    pub(crate) paths: &'static [&'static str],
    /// The key of the body that holds the parameters, and that tells actions on one path apart.
    /// Without one, the key is `params`.
    pub(crate) action: Option<&'static str>,
    /// Whether the published page shows `params` in the action's place.
    pub(crate) params_too: bool,
    pub(crate) flow: Flow,
    pub(crate) access: Access,
    pub(crate) fields: &'static [Field],
    pub(crate) coverage: Coverage,
    pub(crate) run: for<'a> fn(&'a Call) -> Answering<'a>,
}

impl Route {
    /// Whether one of the operation's paths has a variable of that name.
    pub(crate) fn has_variable(&self, name: &str) -> bool {
        self.paths.iter().any(|path| {
            path.split('/')
                .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
                .any(|variable| variable == name)
        })
    }
}

/// An operation that ZStack publishes and that is not served.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Absent {
    pub(crate) name: &'static str,
    pub(crate) verb: Verb,
    pub(crate) path: &'static str,
    pub(crate) action: Option<&'static str>,
}

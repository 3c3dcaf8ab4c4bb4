//! One call on its way through the face: what an operation is given, and what it gives back.

use std::net::IpAddr;

use gaze_app::App;
use gaze_domain::{Caller, Error, JobId};
use gaze_http::{RequestId, report};

use crate::Config;
use crate::answer::Answer;
use crate::errors::{Failure, Subject, failure};
use crate::listing::Listing;
use crate::params::Params;
use crate::route::Route;

/// A call whose parameters are valid and whose caller, if it needs one, is known.
pub(crate) struct Call {
    pub(crate) app: App,
    pub(crate) config: Config,
    pub(crate) route: &'static Route,
    pub(crate) params: Params,
    /// The decoded query string, for queries.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) tags: Tags,
    /// The id that the call's job is to have.
    pub(crate) job: Option<JobId>,
    pub(crate) caller: Option<Caller>,
    pub(crate) request_id: Option<RequestId>,
    /// The client's address.
    pub(crate) from: Option<IpAddr>,
    /// `scheme://host[:port]` of links in the answer.
    pub(crate) origin: String,
}

/// `systemTags` and `userTags` of a body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tags {
    pub(crate) system: Vec<String>,
    pub(crate) user: Vec<String>,
}

/// What an operation leads to.
pub(crate) enum Outcome {
    Done(Answer),
    Listed(Listing),
    /// Work that goes on; its end is the call's answer.
    Started(JobId),
}

impl From<Listing> for Outcome {
    fn from(listing: Listing) -> Self {
        Self::Listed(listing)
    }
}

impl From<Answer> for Outcome {
    fn from(answer: Answer) -> Self {
        Self::Done(answer)
    }
}

impl Call {
    /// Who asks. Operations that declare [`crate::route::Access::Open`] have nobody to ask for.
    pub(crate) fn caller(&self) -> Result<&Caller, Failure> {
        self.caller.as_ref().ok_or_else(|| {
            self.failure(&Error::Unauthenticated(
                gaze_domain::access::AuthFailure::Missing,
            ))
        })
    }

    /// The domain's error in ZStack's words; logged here, once.
    pub(crate) fn failure(&self, error: &Error) -> Failure {
        self.failure_named(error, &[])
    }

    /// The same, where the call names things by parameters of its own.
    pub(crate) fn failure_named(
        &self,
        error: &Error,
        fields: &'static [(gaze_domain::Noun, &'static str)],
    ) -> Failure {
        if let Some(id) = &self.request_id {
            report(error, id);
        }
        let subject = Subject {
            class: self.route.class,
            account: self.caller.as_ref().map(|caller| caller.project),
            fields,
        };
        failure(error, &subject)
    }
}

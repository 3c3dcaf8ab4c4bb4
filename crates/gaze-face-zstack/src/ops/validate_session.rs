//! ValidateSession: whether a session is good. Asks for no credentials but the session itself.

use gaze_domain::Error;
use gaze_http::Coverage;

use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "ValidateSession",
    class: "org.zstack.header.identity.APIValidateSessionMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/accounts/sessions/{sessionUuid}/valid"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Open,
    fields: &[Field::text("sessionUuid").required()],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let session = call.params.given("sessionUuid");
    let valid = match call.app.authenticate_token(session).await {
        Ok(_) => true,
        Err(Error::Unauthenticated(_)) => false,
        Err(error) => return Err(call.failure(&error)),
    };
    Ok(Answer::empty().with("valid", valid).into())
}

//! LogOut: ends a session. Holding its uuid is authority enough; an unknown one is as good as
//! ended.

use gaze_http::Coverage;

use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "LogOut",
    class: "org.zstack.header.identity.APILogOutMsg",
    verb: Verb::Delete,
    paths: &["/zstack/v1/accounts/sessions/{sessionUuid}"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Open,
    fields: &[Field::text("sessionUuid").required()],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    call.app
        .revoke_token(call.params.given("sessionUuid"))
        .await
        .map_err(|error| call.failure(&error))?;
    Ok(Answer::empty().into())
}

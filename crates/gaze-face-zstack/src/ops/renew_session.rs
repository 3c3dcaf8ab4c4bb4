//! RenewSession: a session's end, set to so many seconds from now.

use std::time::Duration;

use gaze_http::Coverage;

use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

/// Shortest and longest life that may be asked for, in seconds.
const LIFE: (i64, i64) = (60, 31_536_000);

pub(crate) const ROUTE: Route = Route {
    name: "RenewSession",
    class: "org.zstack.header.identity.APIRenewSessionMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/accounts/sessions/{sessionUuid}/renew"],
    action: Some("renewSession"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("sessionUuid").required(),
        Field::int("duration").required().within(LIFE.0, LIFE.1),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let session = call.params.given("sessionUuid");
    let seconds = call.params.int("duration").unwrap_or(LIFE.0);
    let life = Duration::from_secs(seconds.unsigned_abs());
    let renewed = call
        .app
        .renew_token(session, life)
        .await
        .map_err(|error| call.failure(&error))?;
    Ok(Answer::inventory(&map::session::inventory(session, &renewed))?.into())
}

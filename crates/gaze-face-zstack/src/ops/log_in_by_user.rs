//! LogInByUser: a session for a user of an account.

use gaze_app::ScopeWish;
use gaze_domain::{Noun, ProjectId};
use gaze_http::Coverage;

use super::log_in_by_account::session;
use crate::call::{Call, Outcome};
use crate::errors::{Failure, invalid_argument};
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "LogInByUser",
    class: "org.zstack.header.identity.APILogInByUserMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/accounts/users/login"],
    action: Some("logInByUser"),
    params_too: false,
    flow: Flow::Sync,
    access: Access::Open,
    fields: &[
        Field::text("accountUuid").naming(Noun::Project),
        Field::text("accountName"),
        Field::text("userName").required(),
        Field::text("password").required(),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let id = call.params.text("accountUuid").and_then(ProjectId::parse);
    let name = call.params.owned("accountName");
    if id.is_none() && name.is_none() {
        return Err(invalid_argument(
            "accountName and accountUuid cannot both be null, you must specify at least one",
        ));
    }
    let scope = ScopeWish::Project {
        id,
        name,
        domain: None,
    };
    session(call, "userName", scope).await
}

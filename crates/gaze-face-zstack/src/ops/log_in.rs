//! LogIn: a session for whoever has the name, by the one way in there is here.

use gaze_app::ScopeWish;
use gaze_http::Coverage;

use super::log_in_by_account::session;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "LogIn",
    class: "org.zstack.header.identity.login.APILogInMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/login"],
    action: Some("logIn"),
    params_too: false,
    flow: Flow::Sync,
    access: Access::Open,
    fields: &[
        Field::text("username").required(),
        Field::text("password").required(),
    ],
    coverage: Coverage::Partial("loginType, captchas and second factors are ignored"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    session(call, "username", ScopeWish::Default).await
}

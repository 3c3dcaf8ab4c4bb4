//! LogInByAccount: a session for an account's name and password.

use gaze_app::{Login, ScopeWish, UserName};
use gaze_domain::access::TokenKind;
use gaze_http::Coverage;

use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "LogInByAccount",
    class: "org.zstack.header.identity.APILogInByAccountMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/accounts/login"],
    action: Some("logInByAccount"),
    params_too: false,
    flow: Flow::Sync,
    access: Access::Open,
    fields: &[
        Field::text("accountName").required(),
        Field::text("password").required(),
    ],
    coverage: Coverage::Partial("captchas and account types are ignored"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    session(call, "accountName", ScopeWish::Default).await
}

/// Logs in whoever a parameter names, with what `password` holds.
pub(super) async fn session(
    call: &Call,
    name_field: &str,
    scope: ScopeWish,
) -> Result<Outcome, Failure> {
    let login = Login {
        user: UserName::Name {
            name: call.params.given(name_field).to_owned(),
            domain: None,
        },
        secret: map::password::secret(call.params.given("password")),
        kind: TokenKind::Session,
        scope,
    };
    let issued = call
        .app
        .login_from(call.from, login)
        .await
        .map_err(|error| call.failure(&error))?;
    let session = map::session::inventory(&issued.token, &issued.caller);
    Ok(Answer::inventory(&session)?.into())
}

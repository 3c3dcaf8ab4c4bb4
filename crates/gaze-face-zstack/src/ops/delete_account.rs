//! DeleteAccount: with its users. What it owns is the administrators' from then on, as in ZStack.

use gaze_app::ADMIN_PROJECT;
use gaze_domain::{Error, Noun, ProjectId};
use gaze_http::Coverage;

use super::{deletable, gone};
use crate::call::{Call, Outcome};
use crate::errors::{Failure, invalid_argument};
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "DeleteAccount",
    class: "org.zstack.header.identity.APIDeleteAccountMsg",
    verb: Verb::Delete,
    paths: &["/zstack/v1/accounts/{uuid}"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required(),
        Field::text("deleteMode").one_of(&["Permissive", "Enforcing"]),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let account: ProjectId = deletable(call)?;
    match call.app.delete_account(caller, account).await {
        Err(Error::InUse {
            noun: Noun::Project,
            ..
        }) if account == caller.project => Err(invalid_argument("account cannot delete itself")),
        Err(Error::InUse {
            noun: Noun::Project,
            ..
        }) if account == ADMIN_PROJECT => {
            Err(invalid_argument("cannot delete builtin admin account."))
        }
        deleted => gone(call, deleted),
    }
}

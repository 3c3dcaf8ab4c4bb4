//! UpdateAccount: its name, description and password. The administrator changes anybody's,
//! everybody else their own.

use gaze_app::{ADMIN_PROJECT, AccountPatch};
use gaze_domain::access::AuthFailure;
use gaze_domain::{Error, Noun};
use gaze_http::Coverage;

use super::{DESCRIPTION, NAME, id};
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::{Code, Failure, api, invalid_argument};
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "UpdateAccount",
    class: "org.zstack.header.identity.APIUpdateAccountMsg",
    verb: Verb::Put,
    // The server's, and the one that its other actions have.
    paths: &[
        "/zstack/v1/accounts/{uuid}",
        "/zstack/v1/accounts/{uuid}/actions",
    ],
    action: Some("updateAccount"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required().naming(Noun::Project),
        NAME,
        DESCRIPTION,
        Field::text("password").length(0, 255),
        Field::text("oldPassword").length(0, 255),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let account = id(call, "uuid")?;
    let secret = |field| call.params.text(field).map(map::password::secret);
    let patch = AccountPatch {
        name: call.params.owned("name"),
        description: call.params.owned("description"),
        password: secret("password"),
        old_password: secret("oldPassword"),
    };
    let changed = call
        .app
        .update_account(call.caller()?, account, patch)
        .await
        .map_err(|error| match error {
            Error::Unauthenticated(AuthFailure::WrongPassword) => api(
                Code::OperationFailed,
                format!(
                    "old password is not equal to the original password, cannot update the \
                     password of account[uuid: {account}]"
                ),
            ),
            Error::AlreadyExists { id: name, .. } => invalid_argument(format!(
                "unable to update name. An account already called {name}"
            )),
            Error::Forbidden { ref id, .. }
                if account == ADMIN_PROJECT
                    && *id == account.hex()
                    && call.params.text("name").is_some() =>
            {
                api(
                    Code::OperationFailed,
                    "the name of admin account cannot be updated",
                )
            }
            error => call.failure_named(&error, &[(Noun::Project, "uuid")]),
        })?;
    Ok(Answer::inventory(&map::account::inventory(&changed))?.into())
}

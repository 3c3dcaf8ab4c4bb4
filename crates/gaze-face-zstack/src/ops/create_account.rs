//! CreateAccount: a project and the user who logs in by its name.

use gaze_app::NewAccount;
use gaze_domain::{Error, Noun, ProjectId, Role};
use gaze_http::Coverage;

use super::{DESCRIPTION, NAME};
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::{Failure, invalid_argument};
use crate::map;
use crate::map::account::{NORMAL, SYSTEM_ADMIN};
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "CreateAccount",
    class: "org.zstack.header.identity.APICreateAccountMsg",
    verb: Verb::Post,
    paths: &["/zstack/v1/accounts"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        NAME.required(),
        Field::text("password").required().length(0, 255),
        Field::text("type").one_of(&[SYSTEM_ADMIN, NORMAL]),
        DESCRIPTION,
        Field::text("resourceUuid").new_uuid(),
    ],
    coverage: Coverage::Partial("tags are ignored"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let name = call.params.given("name");
    let new = NewAccount {
        id: call.params.text("resourceUuid").and_then(ProjectId::parse),
        name: name.to_owned(),
        description: call.params.owned("description"),
        password: map::password::secret(call.params.given("password")),
        role: if call.params.text("type") == Some(SYSTEM_ADMIN) {
            Role::Admin
        } else {
            Role::Member
        },
    };
    let made = call.app.create_account(call.caller()?, new).await;
    let made = made.map_err(|error| match error {
        // Of the project or of its user, who may be another's.
        Error::AlreadyExists {
            noun: Noun::Project | Noun::User,
            id,
        } if id == name => invalid_argument(format!(
            "unable to create an account. An account already called {name}"
        )),
        error => call.failure(&error),
    })?;
    Ok(Answer::inventory(&map::account::inventory(&made))?.into())
}

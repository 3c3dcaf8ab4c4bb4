//! CreateAccessKey: a pair that signs requests, for the caller or, by the administrator, for
//! another user.

use gaze_app::NewAccessKey;
use gaze_domain::{Noun, UserId};
use gaze_http::Coverage;

use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "CreateAccessKey",
    class: "org.zstack.accessKey.APICreateAccessKeyMsg",
    verb: Verb::Post,
    paths: &["/zstack/v1/accesskeys"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("accountUuid").naming(Noun::Project),
        Field::text("userUuid").naming(Noun::User),
        Field::text("description").length(0, 2048),
        Field::text("AccessKeyID").length(10, 20),
        Field::text("AccessKeySecret").length(10, 40),
    ],
    coverage: Coverage::Partial("resourceUuid is ignored"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let params = &call.params;
    let new = NewAccessKey {
        // An account's own session says the account's uuid for the user's in ZStack.
        user: params
            .text("userUuid")
            .and_then(UserId::parse)
            .filter(|user| user.uuid() != caller.project.uuid()),
        access: params.owned("AccessKeyID"),
        secret: params.owned("AccessKeySecret"),
        description: params.owned("description"),
    };
    let key = call
        .app
        .create_access_key(caller, new)
        .await
        .map_err(|error| call.failure(&error))?;
    Ok(Answer::inventory(&map::access_key::made(&key))?.into())
}

//! DeleteAccessKey.

use gaze_domain::{AccessKeyId, Noun};
use gaze_http::Coverage;

use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "DeleteAccessKey",
    class: "org.zstack.accessKey.APIDeleteAccessKeyMsg",
    verb: Verb::Delete,
    paths: &["/zstack/v1/accesskeys/{uuid}"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required().naming(Noun::AccessKey),
        Field::text("deleteMode").one_of(&["Permissive", "Enforcing"]),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let id: AccessKeyId = call
        .params
        .given("uuid")
        .parse()
        .map_err(|error| call.failure(&error))?;
    call.app
        .delete_access_key(call.caller()?, id)
        .await
        .map_err(|error| call.failure(&error))?;
    Ok(Answer::empty().into())
}

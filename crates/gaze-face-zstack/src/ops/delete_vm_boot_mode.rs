//! DeleteVmBootMode: nothing is said any more of how the machine starts.

use gaze_domain::Noun;
use gaze_http::Coverage;

use super::id;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "DeleteVmBootMode",
    class: "org.zstack.header.vm.APIDeleteVmBootModeMsg",
    verb: Verb::Delete,
    paths: &["/zstack/v1/vm-instances/{uuid}/bootmode"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required().naming(Noun::Instance),
        Field::text("deleteMode").one_of(&["Permissive", "Enforcing"]),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    call.app
        .forget_firmware(call.caller()?, id(call, "uuid")?)
        .await
        .map_err(|error| call.failure_named(&error, &[(Noun::Instance, "uuid")]))?;
    Ok(Answer::empty().into())
}

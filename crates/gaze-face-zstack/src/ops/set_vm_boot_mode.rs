//! SetVmBootMode: how the machine starts, which its templates take over.

use gaze_app::{NewTags, TagText};
use gaze_domain::{InstanceId, Noun};
use gaze_http::Coverage;

use super::id;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map::words;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "SetVmBootMode",
    class: "org.zstack.header.vm.APISetVmBootModeMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/vm-instances/{uuid}/actions"],
    action: Some("setVmBootMode"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required().naming(Noun::Instance),
        Field::text("bootMode").required().one_of(words::BOOT_MODES),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let told = |error| call.failure_named(&error, &[(Noun::Instance, "uuid")]);
    let machine: InstanceId = id(call, "uuid")?;
    let firmware = words::read_boot_mode(call.params.given("bootMode"));
    let new = NewTags {
        noun: Noun::Instance,
        subject: machine.uuid(),
        tags: firmware.map(TagText::firmware).into_iter().collect(),
    };
    let set = call.app.create_tags(call.caller()?, new).await;
    set.map_err(told)?;
    Ok(Answer::empty().into())
}

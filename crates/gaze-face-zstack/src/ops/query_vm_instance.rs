//! QueryVmInstance: the caller's machines, with what each is seen to do now.

use gaze_http::Coverage;

use super::answer_rows;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};
use crate::wire::vm_instance::VmInstance;

pub(crate) const ROUTE: Route = Route {
    name: "QueryVmInstance",
    class: "org.zstack.header.vm.APIQueryVmInstanceMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/vm-instances", "/zstack/v1/vm-instances/{uuid}"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[Field::text("uuid")],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    answer_rows(call, &all(call).await?).await
}

/// All that the caller may see.
pub(crate) async fn all(call: &Call) -> Result<Vec<VmInstance>, Failure> {
    let seen = call
        .app
        .list_instances(call.caller()?)
        .await
        .map_err(|error| call.failure(&error))?;
    Ok(seen.iter().map(map::instance::inventory).collect())
}

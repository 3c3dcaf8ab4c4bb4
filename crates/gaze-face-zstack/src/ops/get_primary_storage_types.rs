//! GetPrimaryStorageTypes: those that can be added here.

use gaze_http::Coverage;

use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "GetPrimaryStorageTypes",
    class: "org.zstack.header.storage.primary.APIGetPrimaryStorageTypesMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/primary-storage/types"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[],
    coverage: Coverage::Done,
    run: |call| Box::pin(std::future::ready(run(call))),
};

#[expect(clippy::unnecessary_wraps, reason = "the form of every operation")]
fn run(_call: &Call) -> Result<Outcome, Failure> {
    Ok(Answer::empty()
        .with(
            "types",
            serde_json::json!(["LocalStorage", "NFS", "SharedMountPoint"]),
        )
        .into())
}

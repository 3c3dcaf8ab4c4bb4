//! QuerySystemTag: the system tags of what the caller sees.

use gaze_http::Coverage;

use super::tags;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map::tagging;
use crate::params::Field;
use crate::query::tags::Wanted;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "QuerySystemTag",
    class: "org.zstack.header.tag.APIQuerySystemTagMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/system-tags", "/zstack/v1/system-tags/{uuid}"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[Field::text("uuid")],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    tags::answer(call, Wanted::System, tagging::system).await
}

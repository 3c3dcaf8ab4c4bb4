//! QueryUserTag: the user tags of what the caller sees.

use gaze_http::Coverage;

use super::tags;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map::tagging;
use crate::params::Field;
use crate::query::tags::Wanted;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "QueryUserTag",
    class: "org.zstack.header.tag.APIQueryUserTagMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/user-tags", "/zstack/v1/user-tags/{uuid}"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[Field::text("uuid")],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let patterns = call.app.list_tag_patterns(call.caller()?).await;
    let patterns = patterns.map_err(|error| call.failure(&error))?;
    tags::answer(call, Wanted::User, |tag| tagging::user(tag, &patterns)).await
}

//! QueryTag: the account's tag patterns, by which user tags are made.

use gaze_http::Coverage;

use super::answer_rows;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map::tagging;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};
use crate::wire::tag::TagPattern;

pub(crate) const ROUTE: Route = Route {
    name: "QueryTag",
    class: "org.zstack.tag2.APIQueryTagMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/tags", "/zstack/v1/tags/{uuid}"],
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
pub(crate) async fn all(call: &Call) -> Result<Vec<TagPattern>, Failure> {
    let patterns = call
        .app
        .list_tag_patterns(call.caller()?)
        .await
        .map_err(|error| call.failure(&error))?;
    Ok(patterns.iter().map(tagging::pattern).collect())
}

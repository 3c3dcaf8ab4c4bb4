//! GetAccountQuotaUsage: what an account may use up, and what it does.

use gaze_domain::Noun;
use gaze_http::Coverage;

use super::id;
use crate::answer::{self, Answer};
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};
use crate::wire::quota::Usage;

pub(crate) const ROUTE: Route = Route {
    name: "GetAccountQuotaUsage",
    class: "org.zstack.header.identity.APIGetAccountQuotaUsageMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/accounts/quota/{uuid}/usages"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[Field::text("uuid").required().naming(Noun::Project)],
    coverage: Coverage::Partial("image.num and image.size only"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let project = call
        .app
        .get_project(call.caller()?, id(call, "uuid")?)
        .await
        .map_err(|error| call.failure_named(&error, &[(Noun::Project, "uuid")]))?;
    let usages = map::quota::usages(&project);
    let rows: Result<Vec<_>, Failure> = usages.iter().map(answer::json).collect();
    Ok(Answer::list::<Usage>("usages", rows?).into())
}

//! UpdateQuota: a limit of an account, not below what it uses.

use gaze_domain::{Error, Noun};
use gaze_http::Coverage;

use super::id;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::{Code, Failure, invalid_argument};
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "UpdateQuota",
    class: "org.zstack.header.identity.APIUpdateQuotaMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/accounts/quotas/actions"],
    action: Some("updateQuota"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("identityUuid").required().naming(Noun::Project),
        Field::text("name").required(),
        Field::int("value").required().within(0, i64::MAX),
    ],
    coverage: Coverage::Partial("image.num and image.size only"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let account = id(call, "identityUuid")?;
    let name = call.params.given("name");
    let quota = map::quota::named(name).ok_or_else(|| {
        invalid_argument(format!(
            "cannot find Quota[name: {name}] for the account[uuid: {account}]"
        ))
    })?;
    let limit = map::quota::limit(call.params.int("value").unwrap_or(i64::MAX));
    let changed = call
        .app
        .limit_project(call.caller()?, account, quota, limit)
        .await
        .map_err(|error| match error {
            Error::QuotaExceeded { limit, used, .. } => {
                let cause = Code::InvalidArgument.with(format!(
                    "the account[uuid:{account}] used [name:{name}, usedValue:{used}] exceeds \
                     request quota: {limit}"
                ));
                let refusal = Code::OperationFailed.with(format!(
                    "cannot update Quota[name: {name}] for the account[uuid: {account}]"
                ));
                Failure::Api(Box::new(refusal.because(cause)))
            }
            error => call.failure_named(&error, &[(Noun::Project, "identityUuid")]),
        })?;
    Ok(Answer::inventory(&map::quota::inventory(&changed, quota))?.into())
}

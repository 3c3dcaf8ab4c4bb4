//! RevokeResourceSharing: of images, from accounts, from the public, or altogether.

use gaze_app::Withdrawal;
use gaze_domain::Noun;
use gaze_http::Coverage;

use super::ids;
use super::resources::{ANY, refused};
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::{Failure, invalid_argument};
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "RevokeResourceSharing",
    class: "org.zstack.header.identity.APIRevokeResourceSharingMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/accounts/resources/actions"],
    action: Some("revokeResourceSharing"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::list("resourceUuids")
            .required()
            .naming(Noun::Image)
            .called(ANY),
        Field::list("accountUuids")
            .naming(Noun::Project)
            .may_be_empty(),
        Field::flag("toPublic"),
        Field::flag("all"),
    ],
    coverage: Coverage::Partial("images only"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let images = ids(call, "resourceUuids")?.unwrap_or_default();
    let accounts = ids(call, "accountUuids")?.unwrap_or_default();
    let is = |flag| call.params.flag(flag) == Some(true);
    // The order is the server's, where the last word given counts.
    let withdrawal = if !accounts.is_empty() {
        Withdrawal::From(accounts)
    } else if !is("all") {
        return Err(invalid_argument(
            "all is set to false, accountUuids cannot be null or empty",
        ));
    } else if is("toPublic") {
        Withdrawal::FromEverybody
    } else {
        Withdrawal::Whole
    };
    call.app
        .unshare_images(call.caller()?, &images, withdrawal)
        .await
        .map_err(|error| refused(call, "resourceUuids", &error))?;
    Ok(Answer::empty().into())
}

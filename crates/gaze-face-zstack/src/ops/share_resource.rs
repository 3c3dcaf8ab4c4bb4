//! ShareResource: images, with accounts or, by an administrator, with everybody. The accounts need
//! not accept.

use gaze_app::Audience;
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
    name: "ShareResource",
    class: "org.zstack.header.identity.APIShareResourceMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/accounts/resources/actions"],
    action: Some("shareResource"),
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
    ],
    coverage: Coverage::Partial("images only"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let images = ids(call, "resourceUuids")?.unwrap_or_default();
    let accounts = ids(call, "accountUuids")?.unwrap_or_default();
    let with = if call.params.flag("toPublic") == Some(true) {
        Audience::Everybody
    } else if accounts.is_empty() {
        return Err(invalid_argument(
            "toPublic is set to false, accountUuids cannot be null or empty",
        ));
    } else {
        Audience::Projects(accounts)
    };
    call.app
        .share_images(call.caller()?, &images, with)
        .await
        .map_err(|error| refused(call, "resourceUuids", &error))?;
    Ok(Answer::empty().into())
}

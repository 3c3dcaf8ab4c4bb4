//! DetachTagFromResources: takes the tags by a pattern off resources. Those that have none are passed
//! over.

use gaze_domain::{Error, TagPatternId};
use gaze_http::Coverage;

use super::attach_tag_to_resources::{no_resource, subjects};
use super::tags::no_pattern;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "DetachTagFromResources",
    class: "org.zstack.tag2.APIDetachTagFromResourcesMsg",
    verb: Verb::Delete,
    paths: &["/zstack/v1/tags/{tagUuid}/resources"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("tagUuid").required(),
        Field::list("resourceUuids").required(),
        Field::text("deleteMode").one_of(&["Permissive", "Enforcing"]),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let uuid = call.params.given("tagUuid");
    let id = TagPatternId::parse(uuid).ok_or_else(|| no_pattern("tagUuid", uuid))?;
    let subjects = subjects(call)?;
    let detached = call
        .app
        .detach_tag_pattern(call.caller()?, id, subjects)
        .await;
    match detached {
        Ok(()) => Ok(Answer::empty().into()),
        Err(Error::NotFound { id: missing, .. }) if missing == id.hex() => {
            Err(no_pattern("tagUuid", uuid))
        }
        Err(Error::NotFound { id: missing, .. }) => Err(no_resource(&missing)),
        Err(error) => Err(call.failure(&error)),
    }
}

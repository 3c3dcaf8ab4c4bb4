//! DeleteTag: takes a system or a user tag off its resource, or removes a tag pattern with its tags.
//! What is not there is as good as deleted.

use gaze_domain::{Error, ProjectId};
use gaze_http::Coverage;
use uuid::Uuid;

use super::gone;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::{Code, Failure, api};
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "DeleteTag",
    class: "org.zstack.header.tag.APIDeleteTagMsg",
    verb: Verb::Delete,
    paths: &["/zstack/v1/tags/{uuid}"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required(),
        Field::text("deleteMode").one_of(&["Permissive", "Enforcing"]),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let Ok(uuid) = Uuid::try_parse(call.params.given("uuid")) else {
        return Ok(Answer::empty().into());
    };
    match call.app.delete_tag(caller, uuid).await {
        Err(Error::Forbidden { id, .. }) if !id.is_empty() => Err(api(
            Code::Permission,
            format!(
                "permission denied. The tag[uuid: {}] refer to a resource not belonging to the \
                 account[uuid: {}]",
                uuid.simple(),
                ProjectId::hex(caller.project)
            ),
        )),
        deleted => gone(call, deleted),
    }
}

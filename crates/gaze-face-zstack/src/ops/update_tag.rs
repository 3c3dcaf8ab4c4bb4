//! UpdateTag: what is said of a tag pattern. Of its value, only the names of tokens change.

use gaze_app::TagPatternPatch;
use gaze_domain::{Error, TagPatternId};
use gaze_http::Coverage;

use super::DESCRIPTION;
use super::create_tag::refused;
use super::tags::no_pattern;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map::tagging;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "UpdateTag",
    class: "org.zstack.tag2.APIUpdateTagMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/tags/{uuid}/actions"],
    action: Some("updateTag"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required(),
        Field::text("name").length(0, 128),
        Field::text("value").length(0, 128),
        DESCRIPTION,
        Field::text("color"),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let (caller, params) = (call.caller()?, &call.params);
    let uuid = params.given("uuid");
    let id = TagPatternId::parse(uuid).ok_or_else(|| no_pattern("uuid", uuid))?;
    let patch = TagPatternPatch {
        name: params.owned("name"),
        value: params.owned("value"),
        description: params.owned("description"),
        color: params.owned("color"),
    };
    match call.app.update_tag_pattern(caller, id, patch).await {
        Ok(updated) => Ok(Answer::inventory(&tagging::pattern(&updated))?.into()),
        Err(Error::NotFound { .. }) => Err(no_pattern("uuid", uuid)),
        Err(error) => Err(refused(call, &error)),
    }
}

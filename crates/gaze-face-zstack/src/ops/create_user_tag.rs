//! CreateUserTag: says something of a resource in the account's own words.

use gaze_app::{NewTags, TagText};
use gaze_http::Coverage;

use super::tags;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map::tagging;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "CreateUserTag",
    class: "org.zstack.header.tag.APICreateUserTagMsg",
    verb: Verb::Post,
    paths: &["/zstack/v1/user-tags"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("resourceType").required(),
        Field::text("resourceUuid").required(),
        Field::text("tag").required(),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let (noun, subject) = tags::resource(call)?;
    let new = NewTags {
        noun,
        subject,
        tags: vec![TagText::user(call.params.given("tag"))],
    };
    let made = match call.app.create_tags(caller, new).await {
        Ok(made) => made,
        Err(error) => return Err(tags::refused(call, noun, subject, &error).await),
    };
    let told = |error| call.failure(&error);
    let patterns = call.app.list_tag_patterns(caller).await.map_err(told)?;
    match made.iter().flatten().next() {
        Some(made) => Ok(Answer::inventory(&tagging::user(made, &patterns))?.into()),
        None => Ok(Answer::empty().into()),
    }
}

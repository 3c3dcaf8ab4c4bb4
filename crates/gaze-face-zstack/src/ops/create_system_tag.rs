//! CreateSystemTag: says something of a resource in a form that is agreed on. What is there already is
//! not made again, and the answer is empty then, as from the server.

use gaze_app::NewTags;
use gaze_http::Coverage;

use super::tags;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map::tagging;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "CreateSystemTag",
    class: "org.zstack.header.tag.APICreateSystemTagMsg",
    verb: Verb::Post,
    paths: &["/zstack/v1/system-tags"],
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
    let (noun, subject) = tags::resource(call)?;
    let new = NewTags {
        noun,
        subject,
        tags: vec![tagging::read_system(noun, call.params.given("tag"))?],
    };
    match call.app.create_tags(call.caller()?, new).await {
        Ok(made) => match made.iter().flatten().next() {
            Some(made) => Ok(Answer::inventory(&tagging::system(made))?.into()),
            None => Ok(Answer::empty().into()),
        },
        Err(error) => Err(tags::refused(call, noun, subject, &error).await),
    }
}

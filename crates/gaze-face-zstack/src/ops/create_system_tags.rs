//! CreateSystemTags: several system tags of one resource, all or none. Those that are there already
//! are not made again.

use gaze_app::NewTags;
use gaze_http::Coverage;

use super::tags;
use crate::answer::{self, Answer};
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map::tagging;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};
use crate::wire::tag::SystemTag;

pub(crate) const ROUTE: Route = Route {
    name: "CreateSystemTags",
    class: "org.zstack.header.tag.APICreateSystemTagsMsg",
    verb: Verb::Post,
    paths: &["/zstack/v1/system-tags/{resourceUuid}/tags"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("resourceType").required(),
        Field::text("resourceUuid").required(),
        Field::list("tags").required(),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let (noun, subject) = tags::resource(call)?;
    let texts = call.params.list("tags").unwrap_or_default();
    let said = texts
        .into_iter()
        .map(|text| tagging::read_system(noun, text));
    let new = NewTags {
        noun,
        subject,
        tags: said.collect::<Result<_, _>>()?,
    };
    match call.app.create_tags(call.caller()?, new).await {
        Ok(made) => {
            let shown = made.iter().flatten().map(tagging::system);
            let rows = shown.map(|tag| answer::json(&tag));
            let rows = rows.collect::<Result<Vec<_>, _>>()?;
            Ok(Answer::inventories::<SystemTag>(rows).into())
        }
        Err(error) => Err(tags::refused(call, noun, subject, &error).await),
    }
}

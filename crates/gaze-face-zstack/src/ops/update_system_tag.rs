//! UpdateSystemTag: the same tag with another value, such as another boot mode.

use gaze_domain::{Error, Noun, TagId};
use gaze_http::Coverage;

use super::id;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::{Code, Failure, api, class_of, invalid_argument};
use crate::map::tagging;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "UpdateSystemTag",
    class: "org.zstack.header.tag.APIUpdateSystemTagMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/system-tags/{uuid}/actions"],
    action: Some("updateSystemTag"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required().naming(Noun::Tag),
        Field::text("tag").required(),
    ],
    coverage: Coverage::Partial(
        "a boot mode becomes no other system tag, and no other a boot mode",
    ),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let (id, text): (TagId, _) = (id(call, "uuid")?, call.params.given("tag"));
    let known = call.app.get_tag(caller, id).await;
    let known = known.map_err(|error| call.failure(&error))?;
    let to = tagging::read_system(known.noun, text)?;
    match call.app.update_tag(caller, id, to).await {
        Ok(updated) => Ok(Answer::inventory(&tagging::system(&updated))?.into()),
        Err(Error::Invalid { field, .. }) if field == "tag" => Err(invalid_argument(format!(
            "the tag[{}] cannot become the tag[{text}]",
            tagging::text(&known)
        ))),
        Err(Error::AlreadyExists {
            noun: Noun::Tag, ..
        }) => Err(api(
            Code::OperationFailed,
            format!(
                "Duplicated Tag[tag:{text}, type:System, resourceType:{}, resourceUuid:{}]",
                class_of(known.noun),
                known.subject.simple()
            ),
        )),
        Err(error) => Err(call.failure(&error)),
    }
}

//! CreateTag: a tag pattern of the account's.

use gaze_app::NewTagPattern;
use gaze_domain::tag::PatternKind;
use gaze_domain::{Error, Noun, TagPatternId};
use gaze_http::Coverage;

use super::DESCRIPTION;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::{Code, Failure, api, invalid_argument};
use crate::map::tagging;
use crate::params::{Field, is_uuid};
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "CreateTag",
    class: "org.zstack.tag2.APICreateTagMsg",
    verb: Verb::Post,
    paths: &["/zstack/v1/tags"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("name").required().length(0, 128),
        Field::text("value").required().length(0, 128),
        DESCRIPTION,
        Field::text("color"),
        Field::text("type").one_of(tagging::PATTERN_KINDS),
        Field::text("resourceUuid").new_uuid(),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let params = &call.params;
    let kind = params.text("type").and_then(tagging::read_pattern_kind);
    let new = NewTagPattern {
        id: params.text("resourceUuid").and_then(TagPatternId::parse),
        name: params.given("name").to_owned(),
        value: params.given("value").to_owned(),
        description: params.owned("description"),
        color: params.owned("color"),
        kind: kind.unwrap_or(PatternKind::Simple),
    };
    match call.app.create_tag_pattern(call.caller()?, new).await {
        Ok(made) => Ok(Answer::inventory(&tagging::pattern(&made))?.into()),
        Err(error) => Err(refused(call, &error)),
    }
}

/// Why a tag pattern cannot be as it is asked to be.
pub(super) fn refused(call: &Call, error: &Error) -> Failure {
    match error {
        Error::AlreadyExists {
            noun: Noun::Tag,
            id,
        } if is_uuid(id) => api(
            Code::Internal,
            format!("Duplicate entry '{id}' for key 'TagPatternVO.PRIMARY'"),
        ),
        Error::AlreadyExists {
            noun: Noun::Tag,
            id,
        } => invalid_argument(format!("the value[{id}] is that of another tag")),
        other => call.failure(other),
    }
}

//! ChangeResourceOwner: an image, a machine or a volume is another account's.

use gaze_domain::{Error, Noun, ProjectId};
use gaze_http::Coverage;
use uuid::Uuid;

use super::id;
use super::resources::{ANY, refused};
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::{Failure, nothing_of_class};
use crate::map;
use crate::params::{Field, is_uuid};
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "ChangeResourceOwner",
    class: "org.zstack.header.identity.APIChangeResourceOwnerMsg",
    verb: Verb::Post,
    paths: &["/zstack/v1/account/{accountUuid}/resources"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("accountUuid").required().naming(Noun::Project),
        Field::text("resourceUuid").required(),
    ],
    coverage: Coverage::Partial("images, machines and volumes"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    const FIELD: &str = "resourceUuid";
    let to: ProjectId = id(call, "accountUuid")?;
    let text = call.params.given(FIELD);
    let nothing = || nothing_of_class(FIELD, ANY, text);
    let resource = match Uuid::try_parse(text) {
        Ok(uuid) if is_uuid(text) => uuid,
        Ok(_) | Err(_) => return Err(nothing()),
    };
    let owned = call
        .app
        .change_owner(call.caller()?, resource, to)
        .await
        .map_err(|error: Error| refused(call, FIELD, &error))?;
    Ok(Answer::inventory(&map::resource::reference(&owned))?.into())
}

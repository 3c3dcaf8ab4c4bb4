//! ChangeImageState: new machines may or may not start from an image. Idempotent, in any status.

use gaze_domain::Noun;
use gaze_http::Coverage;

use super::{image_answer, image_id};
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "ChangeImageState",
    class: "org.zstack.header.image.APIChangeImageStateMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/images/{uuid}/actions"],
    action: Some("changeImageState"),
    params_too: true,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required().naming(Noun::Image),
        Field::text("stateEvent")
            .required()
            .one_of(&["enable", "disable"]),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let enabled = call.params.given("stateEvent") == "enable";
    let image = call
        .app
        .change_image_state(caller, image_id(call, "uuid")?, enabled)
        .await
        .map_err(|error| call.failure(&error))?;
    let answer = image_answer(call, caller, &image).await?;
    // The published page lists the flag.
    Ok(answer.with("success", true).into())
}

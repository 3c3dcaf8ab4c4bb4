//! ChangeZoneState.

use gaze_app::ZonePatch;
use gaze_domain::Noun;
use gaze_http::Coverage;

use super::id;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "ChangeZoneState",
    class: "org.zstack.header.zone.APIChangeZoneStateMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/zones/{uuid}/actions"],
    action: Some("changeZoneState"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required().naming(Noun::Zone),
        Field::text("stateEvent")
            .required()
            .one_of(&["enable", "disable"]),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let patch = ZonePatch {
        enabled: Some(call.params.given("stateEvent") == "enable"),
        ..ZonePatch::default()
    };
    let zone = call
        .app
        .update_zone(call.caller()?, id(call, "uuid")?, patch)
        .await
        .map_err(|error| call.failure_named(&error, &[(Noun::Zone, "uuid")]))?;
    Ok(Answer::inventory(&map::place::zone(&zone))?.into())
}

//! DeleteZone: of a zone in which nothing is. ZStack would delete what is in it as well.

use gaze_http::Coverage;

use super::{deletable, gone};
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "DeleteZone",
    class: "org.zstack.header.zone.APIDeleteZoneMsg",
    verb: Verb::Delete,
    paths: &["/zstack/v1/zones/{uuid}"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required(),
        Field::text("deleteMode").one_of(&["Permissive", "Enforcing"]),
    ],
    coverage: Coverage::Partial("only of a zone in which nothing is"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let deleted = call.app.delete_zone(call.caller()?, deletable(call)?).await;
    gone(call, deleted)
}

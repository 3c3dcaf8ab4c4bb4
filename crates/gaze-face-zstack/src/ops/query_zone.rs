//! QueryZone: the availability zones.

use gaze_http::Coverage;

use super::answer_rows;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "QueryZone",
    class: "org.zstack.header.zone.APIQueryZoneMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/zones", "/zstack/v1/zones/{uuid}"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[Field::text("uuid")],
    coverage: Coverage::Partial("conditions on fields of the inventory only; no groupBy"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let zones = call
        .app
        .list_zones(call.caller()?, None)
        .await
        .map_err(|error| call.failure(&error))?;
    let all: Vec<_> = zones.iter().map(map::place::zone).collect();
    answer_rows(call, &all)
}

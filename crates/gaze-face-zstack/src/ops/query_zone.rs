//! QueryZone: the availability zones.

use gaze_http::Coverage;

use super::answer_rows;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};
use crate::wire::zone::Zone;

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
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    answer_rows(call, &all(call).await?).await
}

/// All that the caller may see.
pub(crate) async fn all(call: &Call) -> Result<Vec<Zone>, Failure> {
    let zones = call
        .app
        .list_zones(call.caller()?, None)
        .await
        .map_err(|error| call.failure(&error))?;
    Ok(zones.iter().map(map::place::zone).collect())
}

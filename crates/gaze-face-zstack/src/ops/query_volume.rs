//! QueryVolume: the disks of the caller's machines.

use gaze_http::Coverage;

use super::answer_rows;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};
use crate::wire::volume::Volume;

pub(crate) const ROUTE: Route = Route {
    name: "QueryVolume",
    class: "org.zstack.header.volume.APIQueryVolumeMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/volumes", "/zstack/v1/volumes/{uuid}"],
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
pub(crate) async fn all(call: &Call) -> Result<Vec<Volume>, Failure> {
    let volumes = call
        .app
        .list_volumes(call.caller()?)
        .await
        .map_err(|error| call.failure(&error))?;
    Ok(volumes.iter().map(map::volume::inventory).collect())
}

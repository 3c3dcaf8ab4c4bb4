//! QueryVolumeSnapshot: the snapshots of the caller's volumes.

use gaze_http::Coverage;

use super::answer_rows;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};
use crate::wire::volume_snapshot::VolumeSnapshot;

pub(crate) const ROUTE: Route = Route {
    name: "QueryVolumeSnapshot",
    class: "org.zstack.header.storage.snapshot.APIQueryVolumeSnapshotMsg",
    verb: Verb::Get,
    paths: &[
        "/zstack/v1/volume-snapshots",
        "/zstack/v1/volume-snapshots/{uuid}",
    ],
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
pub(crate) async fn all(call: &Call) -> Result<Vec<VolumeSnapshot>, Failure> {
    let snapshots = call
        .app
        .list_snapshots(call.caller()?)
        .await
        .map_err(|error| call.failure(&error))?;
    Ok(snapshots.iter().map(map::snapshot::inventory).collect())
}

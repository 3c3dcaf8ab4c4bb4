//! CreateRootVolumeTemplateFromVolumeSnapshot: an image of a machine's disk as it was. The machine
//! may run; what is not said is the machine's, if the volume has one.

use gaze_app::CaptureSource;
use gaze_domain::{Media, Noun, SnapshotId};
use gaze_http::Coverage;

use super::tags::TAG_UUIDS;
use super::template::{self, Names};
use super::{DESCRIPTION, NAME};
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map::words;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "CreateRootVolumeTemplateFromVolumeSnapshot",
    class: "org.zstack.header.image.APICreateRootVolumeTemplateFromVolumeSnapshotMsg",
    verb: Verb::Post,
    paths: &["/zstack/v1/images/root-volume-templates/from/volume-snapshots/{snapshotUuid}"],
    action: None,
    params_too: false,
    flow: Flow::Long,
    access: Access::Credentials,
    fields: &[
        NAME.required(),
        DESCRIPTION,
        Field::list("backupStorageUuids")
            .required()
            .naming(Noun::Store),
        Field::text("snapshotUuid")
            .required()
            .naming(Noun::Snapshot),
        Field::text("guestOsType"),
        Field::text("platform").one_of(words::PLATFORMS),
        Field::flag("system"),
        Field::text("architecture"),
        Field::flag_or_list("virtio"),
        Field::text("resourceUuid").new_uuid(),
        TAG_UUIDS,
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

/// By which parameter the call names its source.
const NAMES: Names = &[(Noun::Snapshot, "snapshotUuid")];

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let image = template::described(call, Media::RootDisk).await?;
    let source: SnapshotId = call
        .params
        .given("snapshotUuid")
        .parse()
        .map_err(|error| call.failure_named(&error, NAMES))?;
    let source = CaptureSource::Snapshot(source);
    template::capture(call, image, source, false, NAMES).await
}

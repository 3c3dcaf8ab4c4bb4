//! CreateDataVolumeTemplateFromVolume: an image of a volume that other volumes are made from. No
//! machine starts from it, and nothing of the volume's machine is said of it.

use gaze_app::CaptureSource;
use gaze_domain::{Media, Noun, VolumeId};
use gaze_http::Coverage;

use super::tags::TAG_UUIDS;
use super::template::{self, Names};
use super::{DESCRIPTION, NAME};
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "CreateDataVolumeTemplateFromVolume",
    class: "org.zstack.header.image.APICreateDataVolumeTemplateFromVolumeMsg",
    verb: Verb::Post,
    paths: &["/zstack/v1/images/data-volume-templates/from/volumes/{volumeUuid}"],
    action: None,
    params_too: false,
    flow: Flow::Long,
    access: Access::Credentials,
    fields: &[
        NAME.required(),
        DESCRIPTION,
        Field::list("backupStorageUuids").naming(Noun::Store),
        Field::text("volumeUuid").required().naming(Noun::Volume),
        Field::text("resourceUuid").new_uuid(),
        TAG_UUIDS,
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

/// By which parameter the call names its source.
const NAMES: Names = &[(Noun::Volume, "volumeUuid")];

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let image = template::described(call, Media::DataDisk).await?;
    let source: VolumeId = call
        .params
        .given("volumeUuid")
        .parse()
        .map_err(|error| call.failure_named(&error, NAMES))?;
    let source = CaptureSource::Volume(source);
    template::capture(call, image, source, false, NAMES).await
}

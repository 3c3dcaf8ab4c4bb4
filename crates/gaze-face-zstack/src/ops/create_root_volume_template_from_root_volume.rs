//! CreateRootVolumeTemplateFromRootVolume: an image of a machine's root disk as it is now.
//!
//! What the machine is decides the image's architecture and virtio, whatever was sent; platform
//! and guest type are the machine's unless they were sent. One store that takes a copy suffices.

use gaze_app::CaptureSource;
use gaze_domain::{Media, Noun, VolumeId};
use gaze_http::Coverage;

use super::tags::TAG_UUIDS;
use super::{DESCRIPTION, NAME, template};
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map::words;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "CreateRootVolumeTemplateFromRootVolume",
    class: "org.zstack.header.image.APICreateRootVolumeTemplateFromRootVolumeMsg",
    verb: Verb::Post,
    paths: &["/zstack/v1/images/root-volume-templates/from/volumes/{rootVolumeUuid}"],
    action: None,
    params_too: false,
    flow: Flow::Long,
    access: Access::Credentials,
    fields: &[
        NAME.required(),
        DESCRIPTION,
        Field::text("guestOsType"),
        Field::list("backupStorageUuids").naming(Noun::Store),
        Field::text("rootVolumeUuid")
            .required()
            .naming(Noun::Volume),
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

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let image = template::described(call, Media::RootDisk).await?;
    let volume: VolumeId = call
        .params
        .given("rootVolumeUuid")
        .parse()
        .map_err(|error| call.failure(&error))?;
    let source = CaptureSource::Volume(volume);
    template::capture(call, image, source, true, &[]).await
}

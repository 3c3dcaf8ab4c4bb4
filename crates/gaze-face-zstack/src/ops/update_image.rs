//! UpdateImage: what is said of an image, changed. An image for aarch64 starts by UEFI.

use gaze_app::ImagePatch;
use gaze_domain::{Architecture, Firmware, Noun};
use gaze_http::Coverage;

use super::{DESCRIPTION, NAME, image_answer, image_id};
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map::words;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "UpdateImage",
    class: "org.zstack.header.image.APIUpdateImageMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/images/{uuid}/actions"],
    action: Some("updateImage"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required().naming(Noun::Image),
        NAME,
        DESCRIPTION,
        Field::text("guestOsType").length(0, 255),
        Field::text("mediaType").one_of(words::MEDIA),
        Field::text("format").one_of(&["raw", "qcow2", "iso"]),
        Field::flag("system"),
        Field::text("platform").one_of(words::PLATFORMS),
        Field::text("architecture").one_of(words::ARCHITECTURES),
        Field::flag("virtio"),
    ],
    coverage: Coverage::Partial("format is decided by content and refused once the image is ready"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let image = call
        .app
        .update_image(caller, image_id(call, "uuid")?, patch(call))
        .await
        .map_err(|error| call.failure(&error))?;
    Ok(image_answer(call, caller, &image).await?.into())
}

fn patch(call: &Call) -> ImagePatch {
    let params = &call.params;
    let architecture = params
        .text("architecture")
        .and_then(words::read_architecture);
    ImagePatch {
        name: params.owned("name"),
        description: params.owned("description").map(Some),
        guest_type: params.owned("guestOsType").map(Some),
        media: params.text("mediaType").and_then(words::read_media),
        format: params.text("format").and_then(words::read_format).map(Some),
        system: params.flag("system"),
        platform: params.text("platform").and_then(words::read_platform),
        architecture: architecture.map(Some),
        firmware: (architecture == Some(Architecture::Aarch64)).then_some(Some(Firmware::Uefi)),
        virtio: params.flag("virtio"),
        ..ImagePatch::default()
    }
}

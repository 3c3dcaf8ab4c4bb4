//! SetImageBootMode: how machines made from the image start. aarch64 knows no BIOS.

use gaze_app::ImagePatch;
use gaze_domain::{Error, Noun};
use gaze_http::Coverage;

use super::image_id;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::{Failure, invalid_argument};
use crate::map::words;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "SetImageBootMode",
    class: "org.zstack.header.image.APISetImageBootModeMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/images/{uuid}/actions"],
    action: Some("setImageBootMode"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required().naming(Noun::Image),
        Field::text("bootMode").required().one_of(words::BOOT_MODES),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let id = image_id(call, "uuid")?;
    let patch = ImagePatch {
        firmware: Some(words::read_boot_mode(call.params.given("bootMode"))),
        ..ImagePatch::default()
    };
    match call.app.update_image(call.caller()?, id, patch).await {
        Ok(_) => Ok(Answer::empty().into()),
        Err(Error::Invalid { field, .. }) if field == "firmware" => Err(invalid_argument(format!(
            "image[uuid:{id}] is for aarch64, which does not support the boot mode Legacy"
        ))),
        Err(error) => Err(call.failure(&error)),
    }
}

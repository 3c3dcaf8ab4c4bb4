//! SetImageQga: whether the guest has QEMU's agent, which ZStack keeps as the system tag `qemuga`.

use gaze_app::ImagePatch;
use gaze_domain::Noun;
use gaze_http::Coverage;

use super::image_id;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map::tag;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "SetImageQga",
    class: "org.zstack.header.image.APISetImageQgaMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/images/{uuid}/actions"],
    action: Some("setImageQga"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required().naming(Noun::Image),
        Field::flag("enable").required(),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let tag = vec![tag::GUEST_AGENT.to_owned()];
    let patch = if call.params.flag("enable").unwrap_or(false) {
        ImagePatch {
            add_tags: tag,
            ..ImagePatch::default()
        }
    } else {
        ImagePatch {
            remove_tags: tag,
            ..ImagePatch::default()
        }
    };
    call.app
        .update_image(call.caller()?, image_id(call, "uuid")?, patch)
        .await
        .map_err(|error| call.failure(&error))?;
    Ok(Answer::empty().into())
}

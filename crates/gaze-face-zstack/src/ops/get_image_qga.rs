//! GetImageQga: whether the guest has QEMU's agent.

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
    name: "GetImageQga",
    class: "org.zstack.header.image.APIGetImageQgaMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/images/{uuid}/qga"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[Field::text("uuid").required().naming(Noun::Image)],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let image = call
        .app
        .get_image(call.caller()?, image_id(call, "uuid")?)
        .await
        .map_err(|error| call.failure(&error))?;
    let enabled = image.tags.contains(tag::GUEST_AGENT);
    Ok(Answer::empty().with("enable", enabled).into())
}

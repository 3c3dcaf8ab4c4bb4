//! ChangeVmImage: a stopped machine gets a new root disk, made from another image.
//!
//! The old root volume stays, detached; `resourceUuid` is the new one's.

use gaze_app::ImageChange;
use gaze_domain::{Error, ImageId, InstanceId, Noun, VolumeId};
use gaze_http::Coverage;

use crate::call::{Call, Outcome};
use crate::errors::{Code, Failure};
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};
use crate::wire::error_code::ErrorCode;

pub(crate) const ROUTE: Route = Route {
    name: "ChangeVmImage",
    class: "org.zstack.header.vm.APIChangeVmImageMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/vm-instances/{vmInstanceUuid}/actions"],
    action: Some("changeVmImage"),
    params_too: false,
    flow: Flow::Long,
    access: Access::Credentials,
    fields: &[
        Field::text("vmInstanceUuid")
            .required()
            .naming(Noun::Instance),
        Field::text("imageUuid").required().naming(Noun::Image),
        Field::text("resourceUuid").new_uuid(),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

/// By which parameters the call names things.
const FIELDS: &[(Noun, &str)] = &[(Noun::Image, "imageUuid")];

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let told = |error: &Error| call.failure_named(error, FIELDS);
    let id: InstanceId = call
        .params
        .given("vmInstanceUuid")
        .parse()
        .map_err(|error| told(&error))?;
    let image: ImageId = call
        .params
        .given("imageUuid")
        .parse()
        .map_err(|error| told(&error))?;
    let change = ImageChange {
        image,
        volume: call.params.text("resourceUuid").and_then(VolumeId::parse),
        job: call.job,
    };
    match call.app.change_instance_image(caller, id, change).await {
        Ok(started) => Ok(Outcome::Started(started.job)),
        Err(error) => Err(match not_a_candidate(&error, id, image) {
            Some(code) => Failure::Api(Box::new(code)),
            None => told(&error),
        }),
    }
}

/// What is told of an image that the machine cannot change to; `None` of other errors.
pub(crate) fn not_a_candidate(error: &Error, vm: InstanceId, image: ImageId) -> Option<ErrorCode> {
    match error {
        Error::Invalid { field, reason } if field == "image" => Some(Code::InvalidArgument.with(
            format!("image[uuid:{image}] is not a candidate for vm[uuid:{vm}]: {reason}"),
        )),
        _ => None,
    }
}

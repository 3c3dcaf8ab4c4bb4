//! CreateRootVolumeTemplateFromRootVolume: an image of a machine's root disk as it is now.
//!
//! What the machine is decides the image's architecture and virtio, whatever was sent; platform
//! and guest type are the machine's unless they were sent. One store that takes a copy suffices.

use gaze_app::{Capture, NewImage, StoreChoice};
use gaze_domain::image::Os;
use gaze_domain::{Error, ImageId, Noun, VolumeId};
use gaze_http::Coverage;

use super::{DESCRIPTION, NAME, store_ids};
use crate::call::{Call, Outcome};
use crate::errors::{Code, Failure, Subject, error_code};
use crate::map::{tag, words};
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
    ],
    coverage: Coverage::Partial("tagUuids are ignored"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let params = &call.params;
    let tags = tag::read(&call.tags.system, &call.tags.user)?;
    let caller = call.caller()?;
    let volume: VolumeId = params
        .given("rootVolumeUuid")
        .parse()
        .map_err(|error| call.failure(&error))?;
    let image = NewImage {
        id: params.text("resourceUuid").and_then(ImageId::parse),
        description: params.owned("description"),
        system: params.flag("system").unwrap_or(false),
        platform: params.text("platform").and_then(words::read_platform),
        firmware: tags.firmware,
        os: Os {
            guest_type: params.owned("guestOsType"),
            ..Os::default()
        },
        tags: tags.tags,
        ..NewImage::named(params.given("name"))
    };
    let capture = Capture {
        volume,
        stores: match store_ids(call, "backupStorageUuids")? {
            Some(stores) => StoreChoice::Named(stores),
            None => StoreChoice::Auto,
        },
        job: call.job,
    };
    match call.app.capture_image(caller, image, capture).await {
        Ok(started) => Ok(Outcome::Started(started.job)),
        Err(error) => Err(refusal(call, volume, &error)),
    }
}

/// ZStack wraps what the storage says of the disk in what could not be done for it.
fn refusal(call: &Call, volume: VolumeId, error: &Error) -> Failure {
    let told = call.failure(error);
    match error {
        Error::InUse {
            noun: Noun::Volume | Noun::Instance,
            ..
        }
        | Error::Unreachable {
            noun: Noun::Volume | Noun::Pool,
            ..
        } => {
            let cause = error_code(error, &Subject::default());
            Failure::Api(Box::new(
                Code::OperationFailed
                    .with(format!(
                        "failed to create image from root volume[uuid:{volume}] on all backup \
                         storage, see cause for one of errors"
                    ))
                    .because(
                        Code::OperationFailed
                            .with(format!(
                                "failed to create template from root volume[uuid:{volume}]"
                            ))
                            .because(cause),
                    ),
            ))
        }
        _ => told,
    }
}

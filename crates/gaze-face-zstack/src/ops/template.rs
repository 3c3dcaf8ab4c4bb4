//! What the operations that make templates of disks have in common.

use gaze_app::{Capture, CaptureSource, NewImage, StoreChoice};
use gaze_domain::image::Os;
use gaze_domain::{Error, ImageId, Media, Noun};

use super::store_ids;
use super::tags::of_patterns;
use crate::call::{Call, Outcome};
use crate::errors::{Code, Failure, Subject, error_code};
use crate::map::{tag, words};

/// By which parameters the calls name things, where those are not the usual ones.
pub(crate) type Names = &'static [(Noun, &'static str)];

/// The image that a call describes, of root disks; of data disks, ZStack asks for less.
pub(super) async fn described(call: &Call, media: Media) -> Result<NewImage, Failure> {
    let params = &call.params;
    let mut tags = tag::read(&call.tags.system, &call.tags.user)?;
    tags.tags.extend(of_patterns(call).await?);
    Ok(NewImage {
        id: params.text("resourceUuid").and_then(ImageId::parse),
        description: params.owned("description"),
        media,
        system: params.flag("system").unwrap_or(false),
        platform: params.text("platform").and_then(words::read_platform),
        architecture: params
            .text("architecture")
            .and_then(words::read_architecture),
        firmware: tags.firmware,
        os: Os {
            guest_type: params.owned("guestOsType"),
            ..Os::default()
        },
        tags: tags.tags,
        ..NewImage::named(params.given("name"))
    })
}

/// Begins to make the template. `attached` says that the volume must be a machine's.
pub(super) async fn capture(
    call: &Call,
    image: NewImage,
    source: CaptureSource,
    attached: bool,
    names: Names,
) -> Result<Outcome, Failure> {
    let media = image.media;
    let capture = Capture {
        source,
        attached,
        stores: match store_ids(call, "backupStorageUuids")? {
            Some(stores) => StoreChoice::Named(stores),
            None => StoreChoice::Auto,
        },
        job: call.job,
    };
    match call.app.capture_image(call.caller()?, image, capture).await {
        Ok(started) => Ok(Outcome::Started(started.job)),
        Err(error) => Err(refusal(call, source, media, &error, names)),
    }
}

/// ZStack wraps what the storage says of the disk in what could not be done for it.
fn refusal(
    call: &Call,
    source: CaptureSource,
    media: Media,
    error: &Error,
    names: Names,
) -> Failure {
    let told = call.failure_named(error, names);
    let cause = || error_code(error, &Subject::default());
    let code = match error {
        Error::InUse {
            noun: Noun::Volume | Noun::Instance,
            ..
        }
        | Error::Unreachable {
            noun: Noun::Volume | Noun::Pool,
            ..
        } => failed(source, media, cause()),
        // ZStack follows the volume to its machine, which is not there.
        Error::WrongState {
            noun: Noun::Volume, ..
        } => Code::Internal.with(error.to_string()),
        Error::NoStore { reason } if media == Media::DataDisk => Code::OperationFailed
            .with("cannot find proper backup storage")
            .because(Code::NoBackupStorage.with(reason.clone())),
        _ => return told,
    };
    Failure::Api(Box::new(code))
}

/// What is told of a template that could not be made, with why.
pub(crate) fn failed(
    source: CaptureSource,
    media: Media,
    cause: crate::wire::error_code::ErrorCode,
) -> crate::wire::error_code::ErrorCode {
    match (source, media) {
        (CaptureSource::Volume(volume), Media::DataDisk) => Code::OperationFailed
            .with(format!(
                "failed to create data volume template from volume[uuid:{volume}] on all backup \
                 storage. See cause for one of errors"
            ))
            .because(cause),
        (CaptureSource::Volume(volume), Media::RootDisk | Media::Iso) => Code::OperationFailed
            .with(format!(
                "failed to create image from root volume[uuid:{volume}] on all backup storage, \
                 see cause for one of errors"
            ))
            .because(
                Code::OperationFailed
                    .with(format!(
                        "failed to create template from root volume[uuid:{volume}]"
                    ))
                    .because(cause),
            ),
        (CaptureSource::Snapshot(snapshot), _) => Code::OperationFailed
            .with(format!(
                "failed to create template from the volume snapshot[uuid:{snapshot}] on all \
                 backup storage"
            ))
            .because(cause),
    }
}

//! AddImage: fetches an image from a URL into stores, or makes an image whose bytes the client
//! uploads afterwards to the address in the answer. All stores named must get a copy.

use gaze_app::{Import, NewImage, StoreChoice, UploadPromise};
use gaze_domain::image::Os;
use gaze_domain::{Architecture, DiskFormat, Firmware, ImageId, Media, Noun, Platform};
use gaze_http::Coverage;

use super::tags::{TAG_UUIDS, of_patterns};
use super::{DESCRIPTION, NAME, image_answer, store_ids};
use crate::call::{Call, Outcome};
use crate::errors::{Code, Failure, api, invalid_argument};
use crate::map::{tag, words};
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};
use crate::upload;

pub(crate) const ROUTE: Route = Route {
    name: "AddImage",
    class: "org.zstack.header.image.APIAddImageMsg",
    verb: Verb::Post,
    paths: &["/zstack/v1/images"],
    action: None,
    params_too: false,
    flow: Flow::Long,
    access: Access::Credentials,
    fields: &[
        NAME.required(),
        DESCRIPTION,
        Field::text("url").required().length(1, 1024),
        Field::text("mediaType").one_of(words::MEDIA),
        Field::text("guestOsType"),
        Field::text("architecture").one_of(words::ARCHITECTURES),
        Field::flag("system"),
        Field::text("format"),
        Field::text("platform").one_of(words::PLATFORMS),
        Field::list("backupStorageUuids")
            .required()
            .naming(Noun::Store),
        Field::text("type"),
        Field::flag("virtio"),
        Field::text("resourceUuid").new_uuid(),
        TAG_UUIDS,
    ],
    coverage: Coverage::Partial("no zstore://, ftp:// or sftp:// sources"),
    run: |call| Box::pin(run(call)),
};

/// Sources that ZStack takes and this service does not: its own image store's, and protocols that
/// send passwords in clear or need keys of their own.
const NOT_TAKEN: &[&str] = &["zstore", "ftp", "sftp"];

/// Where the bytes are to come from.
#[derive(Debug, PartialEq, Eq)]
enum Source {
    Fetched(String),
    Uploaded(String),
}

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let mut image = new_image(call)?;
    image.tags.extend(of_patterns(call).await?);
    let source = source(call.params.given("url"))?;
    let stores = match store_ids(call, "backupStorageUuids")? {
        Some(stores) => StoreChoice::Named(stores),
        None => StoreChoice::Auto,
    };
    let import = match source {
        Source::Fetched(url) => Import {
            url,
            stores,
            job: call.job,
        },
        Source::Uploaded(source) => {
            return promise(call, image, UploadPromise { source, stores }).await;
        }
    };
    let started = call
        .app
        .import_image(call.caller()?, image, import)
        .await
        .map_err(|error| call.failure(&error))?;
    Ok(Outcome::Started(started.job))
}

/// The call is over with the image, which is `Downloading`; its first copy's `installPath` is where
/// the client sends the bytes.
async fn promise(call: &Call, new: NewImage, promise: UploadPromise) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let ticket = call
        .app
        .promise_upload(caller, new, promise)
        .await
        .map_err(|error| call.failure(&error))?;
    let answer = image_answer(call, caller, &ticket.image).await?;
    let address = upload::address(&call.origin, &ticket.secret);
    Ok(answer.with_secret(upload::INSTALL_PATH, address).into())
}

/// The image that the parameters describe, with ZStack's defaults.
fn new_image(call: &Call) -> Result<NewImage, Failure> {
    let params = &call.params;
    let media = params
        .text("mediaType")
        .and_then(words::read_media)
        .unwrap_or(Media::RootDisk);
    let system = params.flag("system").unwrap_or(false);
    if media == Media::Iso && system {
        return Err(invalid_argument("ISO cannot be used as system image"));
    }
    let format = params.text("format");
    let Some(format) = format.and_then(words::read_format) else {
        return Err(invalid_argument(format!(
            "unknown format[{}]",
            format.unwrap_or("null")
        )));
    };
    let tags = tag::read(&call.tags.system, &call.tags.user)?;
    // The two words for virtio drivers are aliases on this path; `virtio` says it.
    let platform = match params.text("platform").and_then(words::read_platform) {
        None => Platform::Linux,
        Some(Platform::Paravirtualization) => Platform::Other,
        Some(Platform::WindowsVirtio) => Platform::Windows,
        Some(platform) => platform,
    };
    let architecture = params
        .text("architecture")
        .and_then(words::read_architecture)
        .unwrap_or(Architecture::X86_64);
    let guest_type = params
        .owned("guestOsType")
        .unwrap_or_else(|| words::platform(platform).to_owned());
    Ok(NewImage {
        id: params.text("resourceUuid").and_then(ImageId::parse),
        description: params.owned("description"),
        media,
        system,
        virtio: params.flag("virtio").unwrap_or(true),
        platform: Some(platform),
        architecture: Some(architecture),
        firmware: match architecture {
            Architecture::Aarch64 => Some(Firmware::Uefi),
            _ => tags.firmware,
        },
        os: Os {
            guest_type: Some(guest_type),
            ..Os::default()
        },
        // ZStack takes the format that its store finds. Only `raw` says nothing of the content;
        // what is declared to be anything else and is not has come from the wrong place.
        format: (format != DiskFormat::Raw).then_some(format),
        tags: tags.tags,
        ..NewImage::named(params.given("name"))
    })
}

/// What a URL names; a bare path is a file.
fn source(url: &str) -> Result<Source, Failure> {
    if url.starts_with('/') {
        return Ok(Source::Fetched(format!("file://{url}")));
    }
    if url.starts_with(upload::SCHEME) {
        return Ok(Source::Uploaded(url.to_owned()));
    }
    if let Some((scheme, _)) = url.split_once("://")
        && NOT_TAKEN.contains(&scheme)
    {
        return Err(api(
            Code::OperationFailed,
            format!("url[{scheme}://...]: images from {scheme}:// are not supported here"),
        ));
    }
    if ["http://", "https://", "file:///"]
        .iter()
        .any(|scheme| url.starts_with(scheme))
    {
        return Ok(Source::Fetched(url.to_owned()));
    }
    Err(invalid_argument(format!(
        "url[{url}] must start with 'http://', 'https://', 'file:///', 'upload://', 'zstore://', \
         'ftp://', 'sftp://' or '/'"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_addresses_of_the_known_kinds() {
        let fetched = |url: &str| Some(Source::Fetched(url.to_owned()));
        for (url, expected) in [
            ("http://host/a.qcow2", fetched("http://host/a.qcow2")),
            ("https://host/a", fetched("https://host/a")),
            ("file:///images/a", fetched("file:///images/a")),
            ("/images/a", fetched("file:///images/a")),
            ("file://images/a", None),
            (
                "upload://a.qcow2",
                Some(Source::Uploaded("upload://a.qcow2".to_owned())),
            ),
            ("ftp://host/a", None),
            ("sftp://host/a", None),
            ("zstore://a/b", None),
            ("gopher://host/a", None),
            ("a.qcow2", None),
        ] {
            assert_eq!(source(url).ok(), expected, "{url}");
        }
    }
}

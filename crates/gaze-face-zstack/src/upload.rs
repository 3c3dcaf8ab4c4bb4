//! `/zstack/upload/{token}`: where the bytes of an image that was added from `upload://` go.
//!
//! The address carries the right to send them, so there are no credentials; whoever has it may
//! send this image's bytes, once. They come as the one file of a form (what ZStack's web interface
//! and other programs send) or as the body itself. The address is no API of ZStack's: it answers
//! with plain text and the usual status codes of HTTP.

mod form;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use gaze_app::{App, BodyStream, StoreChoice, Upload};
use gaze_domain::{Error, ImageId};
use gaze_http::{RequestId, body_stream, report};
use serde_json::Value;

use crate::errors::{Failure, Subject, failure};
use crate::params::is_uuid;

/// The scheme of images whose bytes are uploaded.
pub(crate) const SCHEME: &str = "upload://";
/// Where an answer about one image says where its bytes go.
pub(crate) const INSTALL_PATH: &str = "/inventory/backupStorageRefs/0/installPath";

/// The image that the client means to send.
const X_IMAGE_UUID: HeaderName = HeaderName::from_static("x-image-uuid");
/// Bytes of the image.
const X_IMAGE_SIZE: HeaderName = HeaderName::from_static("x-image-size");

/// The content type of an HTML form that holds no file: what a client sends by mistake.
const PLAIN_FORM: &str = "application/x-www-form-urlencoded";

/// What a web page of another origin may do here. The right is in the address and no cookie is
/// looked at, so any origin may.
const ANY_ORIGIN: &[(&str, &str)] = &[("access-control-allow-origin", "*")];
const PREFLIGHT: &[(&str, &str)] = &[
    ("access-control-allow-methods", "POST, PUT, OPTIONS"),
    (
        "access-control-allow-headers",
        "content-type, x-image-uuid, x-image-size",
    ),
    ("access-control-max-age", "86400"),
];

pub(crate) fn router(app: App) -> Router {
    Router::new()
        .route(
            "/zstack/upload/{token}",
            post(receive).put(receive).options(preflight),
        )
        .with_state(app)
}

/// The address that stands for a secret.
pub(crate) fn address(origin: &str, secret: &str) -> String {
    format!("{origin}/zstack/upload/{secret}")
}

/// Completes the remembered answer of a call that promised an upload: the address is kept nowhere,
/// so another is made, unless an upload runs or is over.
pub(crate) async fn address_again(
    app: &App,
    origin: &str,
    body: &mut Value,
) -> Result<(), Failure> {
    let inventory = &body["inventory"];
    let promised = inventory["url"]
        .as_str()
        .is_some_and(|url| url.starts_with(SCHEME));
    let id = inventory["uuid"].as_str().and_then(ImageId::parse);
    let (true, Some(id)) = (promised, id) else {
        return Ok(());
    };
    let state = app
        .tell_upload_state(id)
        .await
        .map_err(|error| failure(&error, &Subject::default()))?;
    if let Some(secret) = state.and_then(|state| state.secret)
        && let Some(place) = body.pointer_mut(INSTALL_PATH)
    {
        *place = Value::String(address(origin, &secret));
    }
    Ok(())
}

async fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    add(&mut response, ANY_ORIGIN);
    add(&mut response, PREFLIGHT);
    response
}

async fn receive(State(app): State<App>, Path(token): Path<String>, request: Request) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let mut response = match take(&app, &token, request).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => {
            if let Some(id) = id {
                report(&error, &id);
            }
            let (status, text) = refusal(&error);
            (status, text).into_response()
        }
    };
    add(&mut response, ANY_ORIGIN);
    response
}

fn add(response: &mut Response, headers: &[(&'static str, &'static str)]) {
    for (name, value) in headers {
        let name = HeaderName::from_static(name);
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
}

async fn take(app: &App, token: &str, request: Request) -> Result<(), Error> {
    let (parts, body) = request.into_parts();
    let named = named_image(&parts.headers)?;
    let size = announced(&parts.headers, &X_IMAGE_SIZE)?;
    let content = text(&parts.headers, &header::CONTENT_TYPE)?.unwrap_or_default();
    let body: BodyStream = body_stream(body, app.settings().idle);
    let kind = content.split(';').next().unwrap_or_default().trim();
    let (declared_len, body): (_, BodyStream) = match kind.to_ascii_lowercase().as_str() {
        "multipart/form-data" => {
            let boundary = form::boundary(content)
                .ok_or_else(|| Error::invalid("Content-Type", "the form has no boundary"))?;
            (size, form::file(body, boundary))
        }
        PLAIN_FORM => {
            let reason = "send multipart/form-data with one file, or application/octet-stream";
            return Err(Error::invalid("Content-Type", reason));
        }
        _ => {
            let length = announced(&parts.headers, &header::CONTENT_LENGTH)?;
            (size.or(length), body)
        }
    };
    let upload = Upload {
        declared_len,
        stores: StoreChoice::Auto,
        body,
    };
    app.upload_by_ticket(token, named, upload).await.map(drop)
}

fn named_image(headers: &HeaderMap) -> Result<Option<ImageId>, Error> {
    let Some(uuid) = text(headers, &X_IMAGE_UUID)? else {
        return Ok(None);
    };
    let id = is_uuid(uuid).then(|| ImageId::parse(uuid)).flatten();
    match id {
        Some(id) => Ok(Some(id)),
        None => Err(Error::invalid("X-IMAGE-UUID", "is not a uuid")),
    }
}

fn announced(headers: &HeaderMap, name: &HeaderName) -> Result<Option<u64>, Error> {
    text(headers, name)?
        .map(str::parse)
        .transpose()
        .map_err(|_not_a_number| Error::invalid(name.as_str(), "is not a number of bytes"))
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h str>, Error> {
    headers
        .get(name)
        .map(|value| value.to_str().map(str::trim))
        .transpose()
        .map_err(|_not_text| Error::invalid(name.as_str(), "is not text"))
}

/// What the sender is told. It knows the image by its address alone, so nothing is said of what
/// the image is.
fn refusal(error: &Error) -> (StatusCode, String) {
    const OVER: &str = "this address is unknown, was used, or has expired";
    let status = match error {
        Error::Unauthenticated(_) | Error::NotFound { .. } => {
            return (StatusCode::NOT_FOUND, OVER.to_owned());
        }
        Error::Invalid { reason, .. } => return (StatusCode::BAD_REQUEST, reason.clone()),
        Error::SourceFailed { reason, .. } => {
            let text = format!("the upload broke off: {reason}");
            return (StatusCode::BAD_REQUEST, text);
        }
        Error::WrongState { .. } | Error::AlreadyExists { .. } | Error::InUse { .. } => {
            let text = "another upload to this address is running, or is complete";
            return (StatusCode::CONFLICT, text.to_owned());
        }
        Error::Cancelled => return (StatusCode::GONE, "the image was deleted".to_owned()),
        Error::Internal { .. } => {
            let text = "see the log of the service";
            return (StatusCode::INTERNAL_SERVER_ERROR, text.to_owned());
        }
        Error::Refused { .. } | Error::SourceRefused { .. } => StatusCode::BAD_REQUEST,
        Error::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Error::QuotaExceeded { .. } | Error::Forbidden { .. } | Error::Protected { .. } => {
            StatusCode::FORBIDDEN
        }
        Error::NoSpace { .. } | Error::NoStore { .. } => StatusCode::INSUFFICIENT_STORAGE,
        Error::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::Unreachable { .. } | Error::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, error.to_string())
}

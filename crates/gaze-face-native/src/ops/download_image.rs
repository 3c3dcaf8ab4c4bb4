//! The bytes of an image, to a client.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use gaze_app::ImageBytes;
use gaze_domain::{Caller, Image, ImageId};
use gaze_http::{RangeRequest, range, stream_response};

use crate::Face;
use crate::auth::Known;
use crate::errors::{RANGE, Refusal};
use crate::path::At;

const X_GAZE_SHA256: HeaderName = HeaderName::from_static("x-gaze-sha256");
const X_GAZE_MD5: HeaderName = HeaderName::from_static("x-gaze-md5");

/// Downloads the bytes of an image, or one range of them.
///
/// `ETag` is the SHA-256; with `If-Range`, a range is sent only of those very bytes.
#[utoipa::path(get, path = "/gaze/v1/images/{id}/data", tag = "images",
    params(
        ("id" = String, Path),
        ("Range" = Option<String>, Header, description = "One range of bytes (RFC 9110)"),
        ("If-Range" = Option<String>, Header, description = "An `ETag`"),
    ),
    responses(
        (status = 200, content_type = "application/octet-stream"),
        (status = 206, content_type = "application/octet-stream"),
    ))]
pub(crate) async fn download_image(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<ImageId>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    // A range may count from the end, so the size has to be known before the bytes are opened.
    let part = if headers.contains_key(header::RANGE) {
        wanted_part(&face, &caller, id, &headers).await?
    } else {
        None
    };
    let partial = part.is_some();
    let bytes = face.app.read_image(&caller, id, part).await?;
    let ImageBytes {
        image,
        range,
        total,
        body,
        file,
    } = bytes;
    let mut response = stream_response(body, file, &range, total, partial);
    describe(&mut response, &image);
    Ok(response)
}

/// What a download would be: its size and digests.
#[utoipa::path(head, path = "/gaze/v1/images/{id}/data", tag = "images",
    params(("id" = String, Path)),
    responses((status = 200)))]
pub(crate) async fn measure_image(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<ImageId>,
) -> Result<Response, Refusal> {
    let bytes = face.app.read_image(&caller, id, None).await?;
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.total));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    describe(&mut response, &bytes.image);
    Ok(response)
}

async fn wanted_part(
    face: &Face,
    caller: &Caller,
    id: ImageId,
    headers: &HeaderMap,
) -> Result<Option<std::ops::Range<u64>>, Refusal> {
    let image = face.app.get_image(caller, id).await?;
    let same = match headers.get(header::IF_RANGE) {
        None => true,
        Some(tag) => etag(&image).is_some_and(|known| known == tag),
    };
    let (Some(size), true) = (image.size, same) else {
        return Ok(None);
    };
    match range::requested(headers, size.0) {
        RangeRequest::Whole => Ok(None),
        RangeRequest::Range(part) => Ok(Some(part)),
        RangeRequest::Unsatisfiable => {
            let detail = format!("the image has {} bytes", size.0);
            let total = range::content_range_unsatisfied(size.0);
            Err(Refusal::new(RANGE, detail).header(header::CONTENT_RANGE, total))
        }
    }
}

fn etag(image: &Image) -> Option<HeaderValue> {
    let digest = image.checksums.sha256.as_ref()?;
    HeaderValue::from_str(&format!("\"{digest}\"")).ok()
}

fn describe(response: &mut Response, image: &Image) {
    let plain = |digest: &Option<String>| HeaderValue::from_str(digest.as_deref()?).ok();
    let named = [
        (header::ETAG, etag(image)),
        (X_GAZE_SHA256, plain(&image.checksums.sha256)),
        (X_GAZE_MD5, plain(&image.checksums.md5)),
    ];
    for (name, value) in named {
        if let Some(value) = value {
            response.headers_mut().insert(name, value);
        }
    }
}

//! `GET /v2/images/{image_id}/file`: the bytes of an image, to a client.

use std::ops::Range;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use gaze_app::ImageBytes;
use gaze_domain::{Error, Image, Noun, Status, Store, StoreId};
use gaze_http::{RangeRequest, range, stream_response};

use super::Answer;
use crate::Face;
use crate::auth::Known;
use crate::errors::Refusal;
use crate::path::At;
use crate::query::Pairs;

/// RFC 1864, though of hexadecimal digits: that is what Glance sends and its clients compare.
const CONTENT_MD5: HeaderName = HeaderName::from_static("content-md5");

/// 204 for an image without bytes, 403 for one that is switched off, and, by Glance's default
/// policy, for who may only read what is said of images.
pub(crate) async fn download_image(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At,
    Pairs(query): Pairs,
    headers: HeaderMap,
) -> Answer {
    caller.must_write("download the data of an image", Noun::Image)?;
    let stores = preferred(&face.app.list_stores(&caller).await?, &query)?;
    // A range may count from the end, so the size has to be known before the bytes are opened.
    let part = if headers.contains_key(header::RANGE) {
        wanted(&face.app.get_live_image(&caller, id).await?, &headers)?
    } else {
        None
    };
    let partial = part.is_some();
    let bytes = match face.app.read_image_from(&caller, id, part, &stores).await {
        Err(Error::WrongState {
            noun: Noun::Image,
            state,
            ..
        }) if state != Status::Deleted.as_str() => {
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        read => read?,
    };
    let ImageBytes {
        image,
        range,
        total,
        body,
        file,
    } = bytes;
    if !image.enabled && !caller.is_admin() {
        return Err(Refusal::forbidden(
            "The requested image has been deactivated. Image data download is forbidden.",
        ));
    }
    let mut response = stream_response(body, file, &range, total, partial);
    if !partial {
        describe(&mut response, &image);
    }
    Ok(response)
}

/// The stores that `?prefer=` names, which are read from before others.
fn preferred(known: &[Store], query: &[(String, String)]) -> Result<Vec<StoreId>, Refusal> {
    let lists = query.iter().filter(|(name, _)| name == "prefer");
    let names = lists.flat_map(|(_, list)| list.split(','));
    let names = names.map(str::trim).filter(|name| !name.is_empty());
    names
        .map(|name| {
            let mut found = known.iter();
            let found = found.find(|store| store.name == name);
            found
                .map(|store| store.id)
                .ok_or_else(|| Refusal::bad_request(&format!("Store '{name}' is not configured.")))
        })
        .collect()
}

fn wanted(image: &Image, headers: &HeaderMap) -> Result<Option<Range<u64>>, Refusal> {
    let Some(size) = image.size else {
        return Ok(None);
    };
    match range::requested(headers, size.0) {
        RangeRequest::Whole => Ok(None),
        RangeRequest::Range(part) => Ok(Some(part)),
        RangeRequest::Unsatisfiable => Err(Refusal::new(
            StatusCode::RANGE_NOT_SATISFIABLE,
            format!("Invalid range: the image has {} bytes.", size.0),
        )
        .header(
            header::CONTENT_RANGE,
            range::content_range_unsatisfied(size.0),
        )),
    }
}

fn describe(response: &mut Response, image: &Image) {
    let md5 = image.checksums.md5.as_deref();
    let md5 = md5.and_then(|text| HeaderValue::from_str(text).ok());
    if let Some(md5) = md5 {
        response.headers_mut().insert(CONTENT_MD5, md5);
    }
}

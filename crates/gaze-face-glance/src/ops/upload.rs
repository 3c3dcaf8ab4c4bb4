//! `PUT /v2/images/{image_id}/file`: the bytes of an image, from a client.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use gaze_app::{StoreChoice, Upload};
use gaze_domain::{Error, Image, Status};
use gaze_http::body_stream;

use super::Done;
use crate::Face;
use crate::auth::Known;
use crate::errors::Refusal;
use crate::map::words::container;
use crate::path::At;

/// What openstacksdk and python-glanceclient say of a body that they send in chunks (Image API
/// 2.18).
const X_IMAGE_SIZE: HeaderName = HeaderName::from_static("x-openstack-image-size");

/// Answered when the bytes are durable, hashed and inspected; a broken or refused upload leaves
/// the image queued.
pub(crate) async fn upload_image(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At,
    headers: HeaderMap,
    body: Body,
) -> Done {
    let declared_len = declared(&headers)?;
    // Of an image whose formats are not known yet the bytes are not wanted.
    ready_for_bytes(&face.app.get_live_image(&caller, id).await?)?;
    let upload = Upload {
        declared_len,
        stores: StoreChoice::Auto,
        body: body_stream(body, face.config.idle),
    };
    let uploaded = face.app.upload_image(&caller, id, upload).await;
    uploaded.map_err(refusal)?;
    Ok(StatusCode::NO_CONTENT)
}

/// How many bytes the client says that it sends. The type of the body is the only one there is.
pub(crate) fn declared(headers: &HeaderMap) -> Result<Option<u64>, Refusal> {
    let kind = headers.get(header::CONTENT_TYPE);
    if kind.is_none_or(|kind| kind != "application/octet-stream") {
        return Err(Refusal::unsupported_type());
    }
    let number = |name: &HeaderName| -> Result<Option<u64>, Refusal> {
        let Some(value) = headers.get(name) else {
            return Ok(None);
        };
        let number = value.to_str().ok().and_then(|text| text.parse().ok());
        number.map(Some).ok_or_else(|| {
            Refusal::bad_request(&format!("The header {name} is not a number of bytes."))
        })
    };
    let length = number(&header::CONTENT_LENGTH)?;
    let announced = number(&X_IMAGE_SIZE)?;
    match (length, announced) {
        (Some(length), Some(announced)) if length != announced => Err(Refusal::bad_request(
            "The headers Content-Length and x-openstack-image-size do not agree.",
        )),
        (length, announced) => Ok(length.or(announced)),
    }
}

/// Both formats have to be known before bytes come.
pub(crate) fn ready_for_bytes(image: &Image) -> Result<(), Refusal> {
    if !matches!(image.status, Status::Queued | Status::Staged) {
        return Ok(());
    }
    let missing: Vec<&str> = [
        ("disk_format", image.format.is_none()),
        ("container_format", container(image).is_none()),
    ]
    .into_iter()
    .filter_map(|(name, missing)| missing.then_some(name))
    .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Refusal::bad_request(&format!(
        "Properties {} must be set prior to saving data.",
        missing.join(", ")
    )))
}

/// The source of an upload is the client itself.
pub(crate) fn refusal(error: Error) -> Refusal {
    match error {
        Error::SourceFailed { reason, .. } => {
            Refusal::bad_request(&format!("The upload broke off: {reason}"))
        }
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn check(pairs: &[(&'static str, &'static str)], expected: Result<Option<u64>, &str>) {
        let headers: HeaderMap = pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect();
        let declared = declared(&headers).map_err(|refusal| refusal.told());
        match (declared, expected) {
            (Ok(declared), Ok(expected)) => assert_eq!(declared, expected),
            (Err(told), Err(start)) => assert!(told.starts_with(start), "{told}"),
            (declared, expected) => panic!("{declared:?} is not {expected:?}"),
        }
    }

    #[test]
    fn a_size_may_be_said_in_two_ways() {
        let kind = ("content-type", "application/octet-stream");
        check(&[kind], Ok(None));
        check(&[kind, ("content-length", "5")], Ok(Some(5)));
        check(&[kind, ("x-openstack-image-size", "5")], Ok(Some(5)));
        check(
            &[
                kind,
                ("content-length", "5"),
                ("x-openstack-image-size", "5"),
            ],
            Ok(Some(5)),
        );
        check(
            &[
                kind,
                ("content-length", "5"),
                ("x-openstack-image-size", "6"),
            ],
            Err("400"),
        );
        check(&[kind, ("x-openstack-image-size", "-6")], Err("400"));
        check(&[("content-type", "application/json")], Err("415"));
        check(&[], Err("415"));
    }
}

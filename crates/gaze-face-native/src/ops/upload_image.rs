//! The bytes of an image, from a client.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use gaze_app::Upload;
use gaze_domain::{Error, ImageId};
use gaze_http::body_stream;

use super::Answer;
use crate::Face;
use crate::auth::Known;
use crate::errors::{BROKEN, Refusal};
use crate::map::{self, store_choice};
use crate::path::At;
use crate::query::Parameters;
use crate::wire::image;
use crate::wire::value::Id;

/// Uploads the bytes of a queued image, with a `Content-Length` or chunked.
///
/// Answered when the bytes are durable, hashed and inspected. If the upload breaks off, the image
/// is queued again.
#[utoipa::path(put, path = "/gaze/v1/images/{id}/data", tag = "images",
    params(
        ("id" = String, Path),
        ("store" = Option<String>, Query,
            description = "Id of a store that gets a copy; may be repeated"),
    ),
    request_body(content_type = "application/octet-stream"),
    responses((status = 200, body = image::Image)))]
pub(crate) async fn upload_image(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<ImageId>,
    mut query: Parameters,
    headers: HeaderMap,
    body: Body,
) -> Answer<image::Image> {
    let stores: Vec<_> = map::stores(&mut query)?.into_iter().map(Id).collect();
    query.finish()?;
    let declared_len = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse().ok());
    let upload = Upload {
        declared_len,
        stores: store_choice(&stores),
        body: body_stream(body, face.config.idle),
    };
    let image = face.app.upload_image(&caller, id, upload).await;
    Ok(Json(image.map_err(refusal)?.into()))
}

/// The source of an upload is the client itself, so a source that fails is no fault behind this
/// service.
fn refusal(error: Error) -> Refusal {
    match error {
        Error::SourceFailed { reason, .. } => Refusal::new(BROKEN, reason),
        other => other.into(),
    }
}

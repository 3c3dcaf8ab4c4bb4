//! `PUT /v2/images/{image_id}/stage`: bytes that are verified and kept, but not used before they
//! are imported.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use gaze_app::{StoreChoice, Upload};
use gaze_http::body_stream;

use super::Done;
use super::upload::{declared, refusal};
use crate::Face;
use crate::auth::Known;
use crate::path::At;

pub(crate) async fn stage_image(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At,
    headers: HeaderMap,
    body: Body,
) -> Done {
    let upload = Upload {
        declared_len: declared(&headers)?,
        stores: StoreChoice::Auto,
        body: body_stream(body, face.config.idle),
    };
    let staged = face.app.stage_image(&caller, id, upload).await;
    staged.map_err(refusal)?;
    Ok(StatusCode::NO_CONTENT)
}

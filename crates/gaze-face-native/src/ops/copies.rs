//! Copies of an image in more stores.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use gaze_app::{CopyInto, NewCopies};
use gaze_domain::{Error, ImageId};

use super::Made;
use crate::Face;
use crate::auth::Known;
use crate::body::Document;
use crate::path::At;
use crate::wire::image;

/// Makes a job that copies an active image into more stores. The bytes are compared with the
/// digest that was recorded when they came.
#[utoipa::path(post, path = "/gaze/v1/images/{id}/copy", tag = "images",
    params(("id" = String, Path)),
    request_body = image::NewCopies,
    responses((status = 202, body = image::Started)))]
pub(crate) async fn copy_image(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<ImageId>,
    Document(wanted): Document<image::NewCopies>,
) -> Made<image::Started> {
    let stores = wanted.stores.into_iter().map(|store| store.0);
    let copies = NewCopies {
        into: CopyInto::Stores(stores.collect()),
        partial: wanted.partial,
        job: None,
    };
    let begun = face.app.copy_image(&caller, id, copies).await?;
    let begun = begun.ok_or_else(|| Error::invalid("stores", "at least one store is needed"))?;
    Ok((StatusCode::ACCEPTED, Json(begun.into())))
}

//! Images, without their bytes.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use gaze_app::{DeleteMode, Verification};
use gaze_domain::image::DigestKind;
use gaze_domain::{Error, ImageId, StoreId};
use gaze_http::{joined, written};

use super::{Answer, Done, Made, made};
use crate::Face;
use crate::auth::Known;
use crate::body::Document;
use crate::errors::Refusal;
use crate::map;
use crate::path::At;
use crate::query::Parameters;
use crate::wire::identity::Enabled;
use crate::wire::image;
use crate::wire::page::Page;

/// A page of images, by default the newest first, without deleted and hidden ones.
///
/// Free properties are asked for as `property.<name>=<value>`. Words may be repeated, or
/// separated by commas.
#[utoipa::path(get, path = "/gaze/v1/images", tag = "images",
    params(
        ("name" = Option<String>, Query, description = "`*` stands for any characters"),
        ("status" = Option<String>, Query),
        ("owner" = Option<String>, Query, description = "Id of the project"),
        ("visibility" = Option<String>, Query),
        ("membership" = Option<String>, Query,
            description = "For shared images: `accepted` (the default), `pending`, `rejected`"),
        ("tag" = Option<String>, Query, description = "May be repeated; all must be there"),
        ("store" = Option<String>, Query, description = "Id of a store with a copy"),
        ("platform" = Option<String>, Query),
        ("architecture" = Option<String>, Query),
        ("format" = Option<String>, Query),
        ("media" = Option<String>, Query),
        ("enabled" = Option<bool>, Query),
        ("protected" = Option<bool>, Query),
        ("system" = Option<bool>, Query),
        ("hidden" = Option<bool>, Query, description = "By default false"),
        ("sort" = Option<String>, Query,
            description = "Fields separated by commas, `-` before one for descending: id, name, \
                           status, owner, format, platform, size, virtual_size, created_at, \
                           updated_at"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<u32>, Query, description = "1 to 500, by default 100"),
    ),
    responses((status = 200, body = Page<image::Image>)))]
pub(crate) async fn list_images(
    State(face): State<Face>,
    Known(caller): Known,
    mut query: Parameters,
) -> Result<Response, Refusal> {
    let wanted = map::list::image_list(&caller, &mut query)?;
    query.finish()?;
    let limit = wanted.limit as usize;
    let mut found = face.app.list_images(&caller, wanted.list).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more);
    let next = next.map_or("null".to_owned(), |image| format!("\"{}\"", image.id.hex()));
    let items: Result<Vec<Bytes>, Error> = found.iter().map(|it| map::image::written(it)).collect();
    let page = joined("{\"items\":[", &items?, &format!("],\"next\":{next}}}"));
    Ok(written(page))
}

/// Makes an image whose bytes are still to be uploaded.
#[utoipa::path(post, path = "/gaze/v1/images", tag = "images",
    request_body = image::NewImage,
    responses((status = 201, body = image::Image)))]
pub(crate) async fn create_image(
    State(face): State<Face>,
    Known(caller): Known,
    Document(new): Document<image::NewImage>,
) -> Made<image::Image> {
    Ok(made(
        face.app.create_image(&caller, new.into()).await?.into(),
    ))
}

/// Makes an image and a job that fetches its bytes from a URL.
#[utoipa::path(post, path = "/gaze/v1/images/import", tag = "images",
    request_body = image::Import,
    responses((status = 202, body = image::Started)))]
pub(crate) async fn import_image(
    State(face): State<Face>,
    Known(caller): Known,
    Document(body): Document<image::Import>,
) -> Made<image::Started> {
    let (new, import) = map::image::import(body);
    let started = face.app.import_image(&caller, new, import).await?;
    Ok((StatusCode::ACCEPTED, Json(started.into())))
}

/// Makes an image and a job that reads its bytes from a volume or a snapshot.
#[utoipa::path(post, path = "/gaze/v1/images/capture", tag = "images",
    request_body = image::Capture,
    responses((status = 202, body = image::Started)))]
pub(crate) async fn capture_image(
    State(face): State<Face>,
    Known(caller): Known,
    Document(body): Document<image::Capture>,
) -> Made<image::Started> {
    let (new, capture) = map::image::capture(body)?;
    let started = face.app.capture_image(&caller, new, capture).await?;
    Ok((StatusCode::ACCEPTED, Json(started.into())))
}

/// One image.
#[utoipa::path(get, path = "/gaze/v1/images/{id}", tag = "images",
    params(("id" = String, Path)),
    responses((status = 200, body = image::Image)))]
pub(crate) async fn get_image(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<ImageId>,
) -> Result<Response, Refusal> {
    let shown = face.app.show_image(&caller, id).await?;
    Ok(written(map::image::written(&shown)?))
}

/// Changes what is said of an image.
#[utoipa::path(patch, path = "/gaze/v1/images/{id}", tag = "images",
    params(("id" = String, Path)),
    request_body = image::ImagePatch,
    responses((status = 200, body = image::Image)))]
pub(crate) async fn update_image(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<ImageId>,
    Document(patch): Document<image::ImagePatch>,
) -> Answer<image::Image> {
    let image = face.app.update_image(&caller, id, patch.into()).await?;
    Ok(Json(image.into()))
}

/// Deletes an image, or its copies in some stores: `delay` keeps them recoverable for a while,
/// `now` does not. An image goes with the last copy that can be read.
#[utoipa::path(delete, path = "/gaze/v1/images/{id}", tag = "images",
    params(
        ("id" = String, Path),
        ("mode" = Option<String>, Query, description = "`delay` (the default) or `now`"),
        ("store" = Option<String>, Query,
            description = "Id of a store whose copy is deleted; may be repeated. By default all"),
    ),
    responses((status = 204)))]
pub(crate) async fn delete_image(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<ImageId>,
    mut query: Parameters,
) -> Done {
    let mode = query.parsed("mode", |text| match text {
        "delay" => Ok(DeleteMode::Delay),
        "now" => Ok(DeleteMode::Now),
        _ => Err(format!("{text:?} is none of delay, now")),
    })?;
    let stores = map::stores(&mut query)?;
    query.finish()?;
    let mode = mode.unwrap_or(DeleteMode::Delay);
    if stores.is_empty() {
        face.app.delete_image(&caller, id, mode).await?;
    } else {
        face.app.delete_copies(&caller, id, stores, mode).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Lets new machines start from an image, or not.
#[utoipa::path(put, path = "/gaze/v1/images/{id}/state", tag = "images",
    params(("id" = String, Path)),
    request_body = Enabled,
    responses((status = 200, body = image::Image)))]
pub(crate) async fn change_image_state(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<ImageId>,
    Document(wanted): Document<Enabled>,
) -> Answer<image::Image> {
    let image = face
        .app
        .change_image_state(&caller, id, wanted.enabled)
        .await?;
    Ok(Json(image.into()))
}

/// Takes a deletion back, of all copies or of those in some stores.
#[utoipa::path(post, path = "/gaze/v1/images/{id}/recover", tag = "images",
    params(
        ("id" = String, Path),
        ("store" = Option<String>, Query,
            description = "Id of a store with a deleted copy; may be repeated. By default all"),
    ),
    responses((status = 200, body = image::Image)))]
pub(crate) async fn recover_image(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<ImageId>,
    mut query: Parameters,
) -> Answer<image::Image> {
    let stores = map::stores(&mut query)?;
    query.finish()?;
    let image = if stores.is_empty() {
        face.app.recover_image(&caller, id).await?
    } else {
        face.app.recover_copies(&caller, id, stores).await?
    };
    Ok(Json(image.into()))
}

/// Removes a deleted image and its bytes for good, or its deleted copies in some stores.
#[utoipa::path(post, path = "/gaze/v1/images/{id}/purge", tag = "images",
    params(
        ("id" = String, Path),
        ("store" = Option<String>, Query,
            description = "Id of a store with a deleted copy; may be repeated. By default all"),
    ),
    responses((status = 204)))]
pub(crate) async fn purge_image(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<ImageId>,
    mut query: Parameters,
) -> Done {
    let stores = map::stores(&mut query)?;
    query.finish()?;
    if stores.is_empty() {
        face.app.purge_image(&caller, id).await?;
    } else {
        face.app.purge_copies(&caller, id, stores).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a job that reads the bytes of one copy again and compares their digest with the one that
/// was recorded when they came. A copy that differs fails the job.
#[utoipa::path(post, path = "/gaze/v1/images/{id}/verify", tag = "images",
    params(
        ("id" = String, Path),
        ("store" = String, Query, description = "Id of the store with the copy"),
        ("digest" = Option<String>, Query,
            description = "`sha256` (the default), `sha512` or `md5`"),
    ),
    responses((status = 202, body = image::Started)))]
pub(crate) async fn verify_image(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<ImageId>,
    mut query: Parameters,
) -> Made<image::Started> {
    let store = query.parsed("store", map::list::id(StoreId::parse))?;
    let digest = query.parsed("digest", |text| {
        text.parse().map_err(|error: Error| error.to_string())
    })?;
    query.finish()?;
    let wanted = Verification {
        store: store.ok_or_else(|| Error::invalid("store", "is needed"))?,
        digest: digest.unwrap_or(DigestKind::Sha256),
        job: None,
    };
    let started = face.app.verify_copy(&caller, id, wanted).await?;
    Ok((StatusCode::ACCEPTED, Json(started.into())))
}

//! Exports: images under addresses that need no credentials.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use gaze_app::{ExportChoice, Offer};
use gaze_domain::{Error, ExportId, ImageId, Noun};
use gaze_http::download::{Part, headers, measured, part};
use gaze_http::{Forwarded, origin, stream_response};

use super::{Answer, Done, Made};
use crate::Face;
use crate::auth::Known;
use crate::body::Document;
use crate::errors::Refusal;
use crate::map::export::{shown, wanted};
use crate::path::{At, Within};
use crate::wire::export;
use crate::wire::page::List;

/// The exports of an image, with their addresses.
#[utoipa::path(get, path = "/gaze/v1/images/{id}/exports", tag = "exports",
    params(("id" = String, Path)),
    responses((status = 200, body = List<export::Export>)))]
pub(crate) async fn list_exports(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<ImageId>,
    asked: HeaderMap,
) -> Answer<List<export::Export>> {
    let found = face.app.list_exports(&caller, id).await?;
    let origin = face.origin(&asked);
    let items = found.into_iter().map(|one| shown(one, &origin)).collect();
    Ok(Json(List { items }))
}

/// Exports an image. In its own format it is ready at once; else a job converts it. Asked again,
/// the export is the same.
#[utoipa::path(post, path = "/gaze/v1/images/{id}/exports", tag = "exports",
    params(("id" = String, Path)),
    request_body = export::NewExport,
    responses(
        (status = 201, description = "Ready", body = export::StartedExport),
        (status = 202, description = "Being converted", body = export::StartedExport),
    ))]
pub(crate) async fn create_export(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<ImageId>,
    asked: HeaderMap,
    Document(new): Document<export::NewExport>,
) -> Made<export::StartedExport> {
    let started = face.app.export_image(&caller, wanted(id, &new)).await?;
    let status = match started.job {
        Some(_) => StatusCode::ACCEPTED,
        None => StatusCode::CREATED,
    };
    let told = export::StartedExport {
        export: shown(started.exported, &face.origin(&asked)),
        job: started.job.map(crate::wire::value::Id),
    };
    Ok((status, Json(told)))
}

/// One export.
#[utoipa::path(get, path = "/gaze/v1/images/{id}/exports/{export}", tag = "exports",
    params(("id" = String, Path), ("export" = String, Path)),
    responses((status = 200, body = export::Export)))]
pub(crate) async fn get_export(
    State(face): State<Face>,
    Known(caller): Known,
    Within(image, id): Within<ImageId, ExportId>,
    asked: HeaderMap,
) -> Answer<export::Export> {
    let found = face.app.get_export(&caller, id).await?;
    if found.export.image != image {
        return Err(Error::not_found(Noun::Export, id).into());
    }
    Ok(Json(shown(found, &face.origin(&asked))))
}

/// Ends an export: its address is dead at once, what was converted is removed soon after.
#[utoipa::path(delete, path = "/gaze/v1/images/{id}/exports/{export}", tag = "exports",
    params(("id" = String, Path), ("export" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn delete_export(
    State(face): State<Face>,
    Known(caller): Known,
    Within(image, id): Within<ImageId, ExportId>,
) -> Done {
    let one = ExportChoice::One(id);
    face.app.delete_exports(&caller, image, one, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Downloads an export, or one range of it, by its address alone.
#[utoipa::path(get, path = "/gaze/v1/exported/{capability}/{name}", tag = "exports",
    params(
        ("capability" = String, Path),
        ("name" = String, Path, description = "For people; not looked at"),
        ("Range" = Option<String>, Header, description = "One range of bytes (RFC 9110)"),
        ("If-Range" = Option<String>, Header, description = "An `ETag`"),
    ),
    responses(
        (status = 200, content_type = "application/octet-stream"),
        (status = 206, content_type = "application/octet-stream"),
    ))]
pub(crate) async fn download_export(
    State(face): State<Face>,
    Path((capability, _name)): Path<(String, String)>,
    asked: HeaderMap,
) -> Result<Response, Refusal> {
    let offer = face.app.find_offer(&capability).await?;
    let (range, whole) = match wanted_part(&offer, &asked) {
        Part::Whole => (None, 0..offer.export.size.0),
        Part::Range(range) => (Some(range.clone()), range),
        Part::Unsatisfiable(response) => return Ok(response),
    };
    let partial = range.is_some();
    let (body, file) = face.app.read_offer(&offer, range).await?;
    let mut response = stream_response(body, file, &whole, offer.export.size.0, partial);
    named(&offer).describe(&mut response);
    Ok(response)
}

/// What a download would be.
#[utoipa::path(head, path = "/gaze/v1/exported/{capability}/{name}", tag = "exports",
    params(("capability" = String, Path), ("name" = String, Path)),
    responses((status = 200)))]
pub(crate) async fn measure_export(
    State(face): State<Face>,
    Path((capability, _name)): Path<(String, String)>,
    asked: HeaderMap,
) -> Result<Response, Refusal> {
    let offer = face.app.find_offer(&capability).await?;
    let total = offer.export.size.0;
    let mut response = match wanted_part(&offer, &asked) {
        Part::Whole => measured(&(0..total), total, false),
        Part::Range(range) => measured(&range, total, true),
        Part::Unsatisfiable(response) => response,
    };
    named(&offer).describe(&mut response);
    Ok(response)
}

fn named(offer: &Offer) -> gaze_http::download::FileHeaders {
    headers(&offer.file_name, offer.export.sha256.as_deref())
}

fn wanted_part(offer: &Offer, asked: &HeaderMap) -> Part {
    part(asked, offer.export.size.0, named(offer).etag.as_ref())
}

impl Face {
    /// `scheme://host[:port]` of links in the answer to a request.
    fn origin(&self, asked: &HeaderMap) -> String {
        let configured = self.config.public_url.as_deref();
        origin(asked, configured, Forwarded::Ignored)
    }
}

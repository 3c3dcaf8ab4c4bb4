//! `GET /v1/cloudimages/{region_id}`: the images of a region that the tenant sees.
//!
//! Source: Huawei Cloud IEC API reference, `ListCloudImages`.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query as Pairs, Request, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use gaze_app::App;
use gaze_http::{RequestId, read_body};

use crate::auth;
use crate::errors::{Failure, Refusal};
use crate::map::image::image;
use crate::map::query::Query;
use crate::wire::image::Images;

/// Longest query, in bytes: the gateway takes no longer address.
const MAX_QUERY: usize = 32 << 10;
/// Longest body of a call that has no use for one; a signature covers it all the same.
const MAX_BODY: usize = 64 << 10;

pub(crate) async fn list_cloud_images(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    region: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    match answer(&app, region, request).await {
        Ok(images) => Json(images).into_response(),
        Err(failure) => failure.response(&id),
    }
}

async fn answer(
    app: &App,
    region: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Images, Failure> {
    let (head, body) = request.into_parts();
    let body = read_body(body, MAX_BODY).await?;
    let caller = auth::caller(app, &head, &body).await?;

    let query = Query::parse(&pairs(&head.uri)?)?;
    let Ok(Path(name)) = region else {
        return Err(Refusal::unknown_region("").into());
    };
    let Some(region) = app.find_region(&name).await? else {
        return Err(Refusal::unknown_region(&name).into());
    };
    let images = app.list_images(&caller, query.list(region.id)).await?;
    Ok(Images {
        images: images.iter().map(image).collect(),
    })
}

fn pairs(uri: &Uri) -> Result<Vec<(String, String)>, Failure> {
    if uri.query().is_some_and(|query| query.len() > MAX_QUERY) {
        return Err(Refusal::uri_too_long().into());
    }
    Pairs::try_from_uri(uri)
        .map(|Pairs(pairs)| pairs)
        .map_err(|_not_pairs| Refusal::bad_url("the query is not made of name=value").into())
}

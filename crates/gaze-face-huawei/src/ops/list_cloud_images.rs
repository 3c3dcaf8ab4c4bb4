//! `GET /v1/cloudimages/{region_id}`: the images of a region that the tenant sees.
//!
//! Source: Huawei Cloud IEC API reference, `ListCloudImages`.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query as Pairs, Request, State};
use axum::http::Uri;
use axum::response::Response;
use gaze_app::{App, KeptImage, Rendering};
use gaze_domain::Error;
use gaze_http::{RequestId, joined, read_body, written};

use crate::auth;
use crate::errors::{Failure, Refusal};
use crate::map::image::image;
use crate::map::query::Query;

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
        Ok(images) => written(images),
        Err(failure) => failure.response(&id),
    }
}

async fn answer(
    app: &App,
    region: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Bytes, Failure> {
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
    let shown: Result<Vec<Bytes>, Error> = images.iter().map(|it| shown(it)).collect();
    Ok(joined("{\"images\":[", &shown?, "]}"))
}

/// The image as JSON, which is the same for everybody.
fn shown(kept: &KeptImage) -> Result<Bytes, Error> {
    let form = Rendering {
        face: "huawei",
        variant: 0,
        names: 0,
    };
    kept.rendered(form, |kept| {
        serde_json::to_vec(&image(kept)).map_err(|error| Error::internal("writing an image", error))
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

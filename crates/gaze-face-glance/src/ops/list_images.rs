//! `GET /v2/images`.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use gaze_domain::list::Start;
use gaze_domain::{Error, ImageId, Noun};

use super::Answer;
use crate::Face;
use crate::auth::Known;
use crate::map::image::{Page, Shown};
use crate::map::list::{Query, no_marker};
use crate::query::Pairs;

pub(crate) async fn list_images(
    State(face): State<Face>,
    Known(caller): Known,
    headers: HeaderMap,
    Pairs(pairs): Pairs,
) -> Answer {
    let vendor = face.vendor(&headers);
    let query = Query::parse(&caller, pairs, vendor)?;
    let found = face.app.list_images(&caller, query.list.clone()).await;
    let images = match (found, query.list.start) {
        (
            Err(Error::NotFound {
                noun: Noun::Image, ..
            }),
            Start::After(marker),
        ) => return Err(no_marker(&marker.hyphenated())),
        (found, _) => found?,
    };
    let names = face.app.catalogue_names(&caller).await?;
    let ids: Vec<ImageId> = images.iter().map(|image| image.id).collect();
    let missed = face.app.missed_stores(&ids).await?;
    let full = !images.is_empty() && images.len() == query.list.limit as usize;
    let last = images.last().filter(|_| full);
    let page = Page {
        next: last.map(|image| query.behind(image.id)),
        first: query.first(),
        images: images
            .iter()
            .map(|image| Shown {
                image,
                stores: &names.stores,
                vendor,
                missed: missed.get(&image.id).map(Vec::as_slice),
            })
            .collect(),
        schema: "/v2/schemas/images",
    };
    Ok(Json(page).into_response())
}

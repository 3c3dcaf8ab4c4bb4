//! `GET /v2/images`.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use gaze_domain::list::Start;
use gaze_domain::{Error, Noun};

use super::Answer;
use crate::Face;
use crate::auth::Known;
use crate::map::image::{self, Rest};
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
    let full = !images.is_empty() && images.len() == query.list.limit as usize;
    let last = images.last().filter(|_| full);
    let rest = Rest {
        next: last.map(|image| query.behind(image.id)),
        first: query.first(),
        schema: "/v2/schemas/images",
    };
    let shown: Result<Vec<Bytes>, Error> = images
        .iter()
        .map(|image| image::written(image, &names, vendor))
        .collect();
    Ok(gaze_http::written(image::page(&shown?, &rest)?))
}

//! `/v2/cache`: images that an administrator wants at hand.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use gaze_app::Wishes;
use gaze_domain::{Error, Noun};

use super::{Answer, Done};
use crate::Face;
use crate::auth::Known;
use crate::errors::Refusal;
use crate::path::At;
use crate::wire::cache::{Cache, Cached};

const CLEAR_TARGET: &str = "x-image-cache-clear-target";

/// An image that lies in a folder of this service is served from there as fast as a cache would,
/// so it counts as cached as soon as it was asked for.
pub(crate) async fn show_cache(State(face): State<Face>, Known(caller): Known) -> Answer {
    let mut cache = Cache {
        cached_images: Vec::new(),
        queued_images: Vec::new(),
    };
    for (wish, met) in face.app.images_at_hand(&caller).await? {
        let image_id = wish.image.hyphenated();
        if met {
            let asked = wish.asked_at.as_duration().as_secs_f64();
            cache.cached_images.push(Cached {
                image_id,
                hits: 0,
                last_accessed: asked,
                last_modified: asked,
                size: wish.size.0,
            });
        } else {
            cache.queued_images.push(image_id);
        }
    }
    Ok(Json(cache).into_response())
}

/// 204. The header names one of the two lists; both are meant without it.
pub(crate) async fn clear_cache(
    State(face): State<Face>,
    Known(caller): Known,
    headers: HeaderMap,
) -> Done {
    caller.must_admin("clear the cache", Noun::Image)?;
    let target = headers.get(CLEAR_TARGET);
    let target = target.map_or("", |value| value.to_str().unwrap_or("?"));
    let which = match target.to_ascii_lowercase().as_str() {
        "" => Wishes::All,
        "cache" => Wishes::Met,
        "queue" => Wishes::Open,
        _ => {
            return Err(Refusal::bad_request(&format!(
                "If provided '{CLEAR_TARGET}' must be 'cache', 'queue' or empty string."
            )));
        }
    };
    face.app.release_all_from_hand(&caller, which).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 202.
pub(crate) async fn queue_image(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At,
) -> Done {
    match face.app.keep_at_hand(&caller, id).await {
        Err(Error::WrongState { .. }) => Err(Refusal::bad_request(
            "Only images with status active can be targeted for queueing",
        )),
        queued => {
            queued?;
            Ok(StatusCode::ACCEPTED)
        }
    }
}

/// 204, whether or not it was there.
pub(crate) async fn drop_image(State(face): State<Face>, Known(caller): Known, At(id): At) -> Done {
    face.app.release_from_hand(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

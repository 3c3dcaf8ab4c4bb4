//! One image: shown and deleted.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;

use super::{Answer, Done};
use crate::Face;
use crate::auth::Known;
use crate::map::image::Shown;
use crate::path::At;

pub(crate) async fn show_image(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At,
    headers: HeaderMap,
) -> Answer {
    let image = face.app.get_live_image(&caller, id).await?;
    let names = face.app.catalogue_names(&caller).await?;
    let missed = face.app.missed_stores(&[id]).await?;
    let shown = Shown {
        image: &image,
        stores: &names.stores,
        vendor: face.vendor(&headers),
        missed: missed.get(&id).map(Vec::as_slice),
    };
    Ok(Json(shown).into_response())
}

/// Deletes for good: clients reckon with the quota and the id being free again.
pub(crate) async fn delete_image(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At,
) -> Done {
    face.app.remove_image(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! One image: shown and deleted.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

use super::{Answer, Done};
use crate::Face;
use crate::auth::Known;
use crate::map::image;
use crate::path::At;

pub(crate) async fn show_image(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At,
    headers: HeaderMap,
) -> Answer {
    let image = face.app.show_live_image(&caller, id).await?;
    let names = face.app.catalogue_names(&caller).await?;
    let shown = image::written(&image, &names, face.vendor(&headers))?;
    Ok(gaze_http::written(shown))
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

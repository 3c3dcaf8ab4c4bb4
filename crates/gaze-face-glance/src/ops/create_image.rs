//! `POST /v2/images`: an image whose bytes are still to come.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;

use super::Answer;
use crate::Face;
use crate::body::Told;
use crate::map::create;
use crate::map::image::Shown;

pub(crate) async fn create_image(
    State(face): State<Face>,
    headers: HeaderMap,
    Told(caller, document): Told,
) -> Answer {
    let new = create::image(&caller, document)?;
    let image = face.app.create_image(&caller, new).await?;
    let location = format!(
        "{}/v2/images/{}",
        face.origin(&headers),
        image.id.hyphenated()
    );
    let body = Json(Shown {
        image: &image,
        stores: &[],
    });
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], body).into_response())
}

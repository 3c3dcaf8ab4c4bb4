//! `POST /v2/images`: an image whose bytes are still to come.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::IntoResponse;

use super::Answer;
use super::info::by_room;
use crate::Face;
use crate::body::Told;
use crate::map::create;
use crate::map::image::Shown;
use crate::map::import::methods;

/// Where the bytes can go: stores by name, the default one first.
const STORE_IDS: HeaderName = HeaderName::from_static("openstack-image-store-ids");
const IMPORT_METHODS: HeaderName = HeaderName::from_static("openstack-image-import-methods");

pub(crate) async fn create_image(
    State(face): State<Face>,
    headers: HeaderMap,
    Told(caller, document): Told,
) -> Answer {
    let new = create::image(&caller, document, face.vendor(&headers))?;
    let image = face.app.create_image(&caller, new).await?;
    let location = format!(
        "{}/v2/images/{}",
        face.origin(&headers),
        image.id.hyphenated()
    );
    let body = Json(Shown {
        image: &image,
        stores: &[],
        vendor: face.vendor(&headers),
        missed: None,
    });
    let stores = by_room(&face, &caller).await?;
    let stores: Vec<String> = stores.into_iter().map(|store| store.name).collect();
    let headers = [
        (header::LOCATION, location),
        (IMPORT_METHODS, methods(face.knows_others()).join(",")),
        (STORE_IDS, stores.join(",")),
    ];
    Ok((StatusCode::CREATED, headers, body).into_response())
}

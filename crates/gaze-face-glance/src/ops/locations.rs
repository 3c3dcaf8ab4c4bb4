//! `/v2/images/{image_id}/locations`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use gaze_app::{Fetching, StoreChoice};
use gaze_domain::Store;

use super::upload::ready_for_bytes;
use super::{Answer, Done};
use crate::Face;
use crate::auth::Known;
use crate::body::Told;
use crate::map::location::Added;
use crate::path::At;
use crate::wire::location::{Location, Metadata};

/// 202: the bytes are fetched from there, verified and kept in a store; the address itself is of
/// no more use then. Bytes of another digest than was told leave the image queued.
pub(crate) async fn add_location(
    State(face): State<Face>,
    At(id): At,
    Told(caller, document): Told,
) -> Done {
    let added = Added::parse(&document)?;
    ready_for_bytes(&face.app.get_live_image(&caller, id).await?)?;
    let fetching = Fetching {
        url: added.url,
        stores: StoreChoice::Auto,
        expected: added.expected,
        job: None,
    };
    face.app.fetch_image(&caller, id, fetching).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Where the bytes are, for administrators.
pub(crate) async fn list_locations(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At,
) -> Answer {
    let files = face.app.image_files(&caller, id).await?;
    let stores = face.app.list_stores(&caller).await?;
    let name = |id| {
        let mut known = stores.iter();
        let found: Option<&Store> = known.find(|store| store.id == id);
        found.map_or_else(String::new, |store| store.name.clone())
    };
    let shown: Vec<Location> = files
        .into_iter()
        .map(|(store, path)| Location {
            url: format!("file://{}", path.display()),
            metadata: Metadata { store: name(store) },
        })
        .collect();
    Ok(Json(shown).into_response())
}

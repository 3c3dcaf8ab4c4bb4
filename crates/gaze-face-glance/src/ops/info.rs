//! What the service says of itself.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;

use super::Answer;
use crate::Face;
use crate::auth::Known;
use crate::wire::info::{Store, Stores};

/// Stores by name. The default one, which clients expect first, is the one with the most room.
pub(crate) async fn list_stores(State(face): State<Face>, Known(caller): Known) -> Answer {
    let mut stores = face.app.list_stores(&caller).await?;
    stores.retain(gaze_domain::Store::is_usable);
    stores.sort_by_key(|store| std::cmp::Reverse(store.available()));
    let shown = stores.into_iter().enumerate().map(|(at, store)| Store {
        id: store.name,
        description: store.description,
        default: (at == 0).then_some("true"),
    });
    Ok(Json(Stores {
        stores: shown.collect(),
    })
    .into_response())
}

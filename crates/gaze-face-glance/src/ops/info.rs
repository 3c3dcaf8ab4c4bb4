//! What the service says of itself.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use gaze_domain::{Caller, Noun, StoreKind};

use super::Answer;
use crate::Face;
use crate::auth::Known;
use crate::errors::Refusal;
use crate::map::import::methods;
use crate::wire::info::{Imports, Methods, Properties, Store, Stores};

/// How bytes may come besides being uploaded.
pub(crate) async fn show_import(State(face): State<Face>, _caller: Known) -> Answer {
    let methods = Methods {
        description: "Import methods available.",
        kind: "array",
        value: methods(face.knows_others()),
    };
    Ok(Json(Imports { methods }).into_response())
}

/// Stores by name. The default one, which clients expect first, is the one with the most room.
pub(crate) async fn list_stores(State(face): State<Face>, Known(caller): Known) -> Answer {
    let stores = by_room(&face, &caller).await?;
    let shown = stores.into_iter().enumerate().map(|(at, store)| Store {
        id: store.name,
        description: store.description,
        default: (at == 0).then_some("true"),
        kind: None,
        properties: None,
    });
    let stores = shown.collect();
    Ok(Json(Stores { stores }).into_response())
}

/// The same with where they are, for administrators.
pub(crate) async fn list_stores_detail(State(face): State<Face>, Known(caller): Known) -> Answer {
    caller.must_admin("see the details of stores", Noun::Store)?;
    let stores = by_room(&face, &caller).await?;
    let shown = stores.into_iter().enumerate().map(|(at, store)| Store {
        default: (at == 0).then_some("true"),
        kind: Some(kind(store.kind)),
        properties: Some(Properties {
            capacity: store.capacity.0,
            available: store.available().0,
            data_dir: store.url,
        }),
        id: store.name,
        description: store.description,
    });
    let stores = shown.collect();
    Ok(Json(Stores { stores }).into_response())
}

async fn by_room(face: &Face, caller: &Caller) -> Result<Vec<gaze_domain::Store>, Refusal> {
    let mut stores = face.app.list_stores(caller).await?;
    stores.retain(gaze_domain::Store::is_usable);
    stores.sort_by_key(|store| std::cmp::Reverse(store.available()));
    Ok(stores)
}

/// Glance's names of kinds of stores.
const fn kind(kind: StoreKind) -> &'static str {
    match kind {
        StoreKind::Fs => "file",
        StoreKind::S3 => "s3",
        StoreKind::Ceph => "rbd",
    }
}

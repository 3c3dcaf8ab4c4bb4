//! Image stores.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use gaze_domain::{StoreId, ZoneId};

use super::{Answer, Done, Made, list, made};
use crate::Face;
use crate::auth::Known;
use crate::body::Document;
use crate::path::{At, Within};
use crate::wire::page::List;
use crate::wire::store;

/// All stores.
#[utoipa::path(get, path = "/gaze/v1/stores", tag = "stores",
    responses((status = 200, body = List<store::Store>)))]
pub(crate) async fn list_stores(
    State(face): State<Face>,
    Known(caller): Known,
) -> Answer<List<store::Store>> {
    Ok(list(face.app.list_stores(&caller).await?))
}

/// Makes a store.
#[utoipa::path(post, path = "/gaze/v1/stores", tag = "stores",
    request_body = store::NewStore,
    responses((status = 201, body = store::Store)))]
pub(crate) async fn create_store(
    State(face): State<Face>,
    Known(caller): Known,
    Document(new): Document<store::NewStore>,
) -> Made<store::Store> {
    Ok(made(
        face.app.create_store(&caller, new.into()).await?.into(),
    ))
}

/// One store.
#[utoipa::path(get, path = "/gaze/v1/stores/{id}", tag = "stores",
    params(("id" = String, Path)),
    responses((status = 200, body = store::Store)))]
pub(crate) async fn get_store(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<StoreId>,
) -> Answer<store::Store> {
    Ok(Json(face.app.get_store(&caller, id).await?.into()))
}

/// Changes a store's name or description.
#[utoipa::path(patch, path = "/gaze/v1/stores/{id}", tag = "stores",
    params(("id" = String, Path)),
    request_body = store::StorePatch,
    responses((status = 200, body = store::Store)))]
pub(crate) async fn update_store(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<StoreId>,
    Document(patch): Document<store::StorePatch>,
) -> Answer<store::Store> {
    let store = face.app.update_store(&caller, id, patch.into()).await?;
    Ok(Json(store.into()))
}

/// Deletes a store that nothing uses.
#[utoipa::path(delete, path = "/gaze/v1/stores/{id}", tag = "stores",
    params(("id" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn delete_store(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<StoreId>,
) -> Done {
    face.app.delete_store(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Switches a store on or off for new images.
#[utoipa::path(put, path = "/gaze/v1/stores/{id}/state", tag = "stores",
    params(("id" = String, Path)),
    request_body = store::NewStoreState,
    responses((status = 200, body = store::Store)))]
pub(crate) async fn change_store_state(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<StoreId>,
    Document(wanted): Document<store::NewStoreState>,
) -> Answer<store::Store> {
    let store = face
        .app
        .change_store_state(&caller, id, wanted.state.0)
        .await?;
    Ok(Json(store.into()))
}

/// Opens a store anew: says whether it is there, and how much room there is.
#[utoipa::path(post, path = "/gaze/v1/stores/{id}/reconnect", tag = "stores",
    params(("id" = String, Path)),
    responses((status = 200, body = store::Store)))]
pub(crate) async fn reconnect_store(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<StoreId>,
) -> Answer<store::Store> {
    Ok(Json(face.app.reconnect_store(&caller, id).await?.into()))
}

/// Lets a store serve a zone of its region.
#[utoipa::path(put, path = "/gaze/v1/stores/{id}/zones/{zone}", tag = "stores",
    params(("id" = String, Path), ("zone" = String, Path)),
    responses((status = 200, body = store::Store)))]
pub(crate) async fn attach_store(
    State(face): State<Face>,
    Known(caller): Known,
    Within(id, zone): Within<StoreId, ZoneId>,
) -> Answer<store::Store> {
    let (store, _fresh) = face.app.attach_store(&caller, id, zone).await?;
    Ok(Json(store.into()))
}

/// No longer lets a store serve a zone.
#[utoipa::path(delete, path = "/gaze/v1/stores/{id}/zones/{zone}", tag = "stores",
    params(("id" = String, Path), ("zone" = String, Path)),
    responses((status = 200, body = store::Store)))]
pub(crate) async fn detach_store(
    State(face): State<Face>,
    Known(caller): Known,
    Within(id, zone): Within<StoreId, ZoneId>,
) -> Answer<store::Store> {
    let (store, _served) = face.app.detach_store(&caller, id, zone).await?;
    Ok(Json(store.into()))
}

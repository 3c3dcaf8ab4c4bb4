//! Storage pools.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use gaze_domain::PoolId;

use super::{Answer, Done, Made, list, made};
use crate::Face;
use crate::auth::Known;
use crate::body::Document;
use crate::path::At;
use crate::wire::page::List;
use crate::wire::place;

/// All pools.
#[utoipa::path(get, path = "/gaze/v1/pools", tag = "pools",
    responses((status = 200, body = List<place::Pool>)))]
pub(crate) async fn list_pools(
    State(face): State<Face>,
    Known(caller): Known,
) -> Answer<List<place::Pool>> {
    Ok(list(face.app.list_pools(&caller).await?))
}

/// Makes a pool.
#[utoipa::path(post, path = "/gaze/v1/pools", tag = "pools",
    request_body = place::NewPool,
    responses((status = 201, body = place::Pool)))]
pub(crate) async fn create_pool(
    State(face): State<Face>,
    Known(caller): Known,
    Document(new): Document<place::NewPool>,
) -> Made<place::Pool> {
    Ok(made(
        face.app.create_pool(&caller, new.into()).await?.into(),
    ))
}

/// One pool.
#[utoipa::path(get, path = "/gaze/v1/pools/{id}", tag = "pools",
    params(("id" = String, Path)),
    responses((status = 200, body = place::Pool)))]
pub(crate) async fn get_pool(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<PoolId>,
) -> Answer<place::Pool> {
    Ok(Json(face.app.get_pool(&caller, id).await?.into()))
}

/// Changes a pool's name, its description, or whether it is enabled.
#[utoipa::path(patch, path = "/gaze/v1/pools/{id}", tag = "pools",
    params(("id" = String, Path)),
    request_body = place::PoolPatch,
    responses((status = 200, body = place::Pool)))]
pub(crate) async fn update_pool(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<PoolId>,
    Document(patch): Document<place::PoolPatch>,
) -> Answer<place::Pool> {
    let pool = face.app.update_pool(&caller, id, patch.into()).await?;
    Ok(Json(pool.into()))
}

/// Deletes a pool that nothing uses.
#[utoipa::path(delete, path = "/gaze/v1/pools/{id}", tag = "pools",
    params(("id" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn delete_pool(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<PoolId>,
) -> Done {
    face.app.delete_pool(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

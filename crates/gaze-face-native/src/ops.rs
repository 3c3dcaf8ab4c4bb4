//! One function an operation: understand, one call of the app, answer.

pub(crate) mod access_keys;
pub(crate) mod clusters;
pub(crate) mod copies;
pub(crate) mod download_image;
pub(crate) mod exports;
pub(crate) mod images;
pub(crate) mod instances;
pub(crate) mod jobs;
pub(crate) mod members;
pub(crate) mod metadefs;
pub(crate) mod pools;
pub(crate) mod projects;
pub(crate) mod regions;
pub(crate) mod service;
pub(crate) mod sessions;
pub(crate) mod snapshots;
pub(crate) mod stores;
pub(crate) mod tokens;
pub(crate) mod upload_image;
pub(crate) mod users;
pub(crate) mod volumes;
pub(crate) mod zones;

use axum::Json;
use axum::http::StatusCode;
use utoipa::ToSchema;

use crate::errors::Refusal;
use crate::wire::page::List;

/// 200 with a document.
type Answer<T> = Result<Json<T>, Refusal>;

/// 201 with the thing that was made.
type Made<T> = Result<(StatusCode, Json<T>), Refusal>;

/// 204.
type Done = Result<StatusCode, Refusal>;

fn list<T, U: From<T> + ToSchema>(items: Vec<T>) -> Json<List<U>> {
    let items = items.into_iter().map(Into::into).collect();
    Json(List { items })
}

fn made<T>(thing: T) -> (StatusCode, Json<T>) {
    (StatusCode::CREATED, Json(thing))
}

//! One function an operation: understand, one call of the app, answer.

pub(crate) mod actions;
pub(crate) mod cache;
pub(crate) mod create_image;
pub(crate) mod download;
pub(crate) mod images;
pub(crate) mod import;
pub(crate) mod info;
pub(crate) mod list_images;
pub(crate) mod locations;
pub(crate) mod members;
pub(crate) mod metadefs;
pub(crate) mod schemas;
pub(crate) mod stage;
pub(crate) mod stores;
pub(crate) mod tags;
pub(crate) mod tasks;
pub(crate) mod update_image;
pub(crate) mod upload;
pub(crate) mod versions;

use axum::http::StatusCode;
use axum::response::Response;

use crate::errors::Refusal;

type Answer = Result<Response, Refusal>;

/// 204.
type Done = Result<StatusCode, Refusal>;

/// What is not served, of whatever method.
pub(crate) async fn absent() -> Refusal {
    Refusal::nothing_here()
}

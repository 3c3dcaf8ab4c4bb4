//! DiDi Cloud's image calls under `/dicloud/i/…`: a translation of the catalogue, nothing more.
//!
//! Every answer is HTTP 200 with the envelope `{data, errmsg, errno, requestId}`; a failure is an
//! `errno` other than 0. Source: DiDi Cloud, Open API documents, "Quick start" and "Custom image".

mod auth;
mod call;
mod errors;
mod map;
mod ops;
mod params;
mod routes;
mod wire;

use axum::Router;
use gaze_app::App;

pub use routes::OPERATIONS;

/// What an operator may decide for this face: nothing so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Config {}

/// The face's routes, all below `/dicloud/`.
pub fn router(app: App, _config: Config) -> Router {
    routes::router().with_state(app)
}

//! The face of Huawei Cloud: Intelligent EdgeCloud's list of a region's central images.
//!
//! Sources: IEC API reference (`ListCloudImages`), IMS API reference (attributes, error codes),
//! API signing guide. What they leave open, and how it is decided here, is told in
//! `docs/faces/huawei.md`.

mod auth;
mod errors;
mod map;
pub mod native;
mod ops;
mod routes;
mod wire;

use axum::Router;
use gaze_app::App;

pub use routes::OPERATIONS;

/// Nothing can be set yet; the region comes from the path and the tenant from the credentials.
#[derive(Clone, Debug, Default)]
pub struct Config {}

/// The routes of this face. They need a [`gaze_http::RequestId`] in every request's extensions,
/// which [`gaze_http::observe`] puts there.
pub fn router(app: App, _config: Config) -> Router {
    routes::router(app)
}

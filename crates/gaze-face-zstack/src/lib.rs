//! ZStack's REST API, as far as it concerns images, at `/zstack/v1/…`.
//!
//! A translation and nothing more: every operation is one call of [`gaze_app::App`]. Facts about
//! the wire are from ZStack's API pages, the open-source server (zstackio/zstack 5.2) and what its
//! official clients send.

mod answer;
mod auth;
mod call;
mod dispatch;
mod download;
mod errors;
mod jobs;
mod listing;
mod long_jobs;
mod map;
mod ops;
mod params;
mod query;
mod route;
mod routes;
#[cfg(test)]
mod testing;
mod upload;
mod wire;

use std::time::Duration;

use axum::Router;
use gaze_app::{App, DeleteMode};
use gaze_http::{Forwarded, Operation};

/// Every operation that ZStack publishes on images and the things around them.
pub const OPERATIONS: &[Operation] = routes::OPERATIONS;

/// What an operator decides about this face.
#[derive(Clone, Debug)]
pub struct Config {
    /// How long an asynchronous call waits for its result before it answers 202.
    pub sync_wait: Duration,
    /// `scheme://host[:port]` of links; by default what the client called.
    pub public_url: Option<String>,
    /// Whether a proxy's word on that is believed.
    pub forwarded: Forwarded,
    /// What DeleteImage does with the bytes.
    pub deletion: DeleteMode,
    /// What `GetVersion` answers: the version of ZStack whose API this is.
    pub version: &'static str,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            sync_wait: Duration::from_secs(25),
            public_url: None,
            forwarded: Forwarded::Ignored,
            deletion: DeleteMode::Delay,
            version: "5.2.1",
        }
    }
}

/// The face. Answers every path below `/zstack/v1`, and the addresses of uploads below
/// `/zstack/upload` and of exported images below `/zstack/exported`.
pub fn router(app: App, config: Config) -> Router {
    dispatch::router(app.clone(), config)
        .merge(upload::router(app.clone()))
        .merge(download::router(app))
}

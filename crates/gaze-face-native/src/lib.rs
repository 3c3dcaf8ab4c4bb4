//! Our own API, `/gaze/v1/...`: everything that Gaze can do, in Gaze's words. The command line
//! and the console use only this. Described by the OpenAPI document that it serves itself.

mod auth;
mod body;
mod errors;
mod map;
mod openapi;
mod ops;
mod path;
mod query;
mod routes;
#[expect(
    clippy::option_option,
    reason = "a patch leaves a field, clears it or sets it"
)]
mod wire;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use gaze_app::App;
use gaze_domain::Timestamp;

pub use routes::OPERATIONS;

/// What this face is told.
#[derive(Clone, Debug)]
pub struct Config {
    /// Of the service, for `GET /gaze/v1/status`.
    pub version: String,
    /// `scheme://host[:port]` of addresses of exports; by default what the client called.
    pub public_url: Option<String>,
    /// How long an upload may pause between two pieces.
    pub idle: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            public_url: None,
            idle: gaze_http::body::IDLE,
        }
    }
}

/// What every handler shares: cloned several times with each request.
#[derive(Clone, Debug)]
struct Face {
    app: App,
    config: Arc<Config>,
    started_at: Timestamp,
}

/// The routes of [`OPERATIONS`]. Paths outside of `/gaze/v1` are not this face's; wrap it in
/// [`gaze_http::observe`] for request ids.
pub fn router(app: App, config: Config) -> Router {
    let face = Face {
        started_at: app.now(),
        app,
        config: Arc::new(config),
    };
    routes::routes()
        .layer(errors::render(face.app.clone()))
        .with_state(face)
}

//! The face of Identity v3: OpenStack Keystone's, and IAM's of Huawei Cloud, which speaks it.
//!
//! Serves what clients of the image faces need to log in, to find those faces, and to learn the
//! ids of their project and domain. Sources: Identity API v3 reference; IAM API reference,
//! "obtaining a user token". What they leave open is decided in `docs/faces/keystone.md`.

mod auth;
mod errors;
mod map;
mod ops;
mod routes;
#[expect(
    clippy::option_option,
    reason = "a patch leaves a field, clears it or sets it"
)]
mod wire;

use std::sync::Arc;

use axum::Router;
use gaze_app::App;
use gaze_http::{Forwarded, openstack_id};

pub use routes::OPERATIONS;

/// How links in answers are made.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// `scheme://host[:port]` under which clients reach the service; by default what each
    /// request's own headers say.
    pub public_url: Option<String>,
    /// Whether a proxy's headers are believed where `public_url` is not set.
    pub forwarded: Forwarded,
}

/// The routes of this face. They need a [`gaze_http::RequestId`] in every request's extensions,
/// which [`gaze_http::observe`] puts there.
pub fn router(app: App, config: Config) -> Router {
    let config = Arc::new(config);
    routes::router(Face { app, config }).layer(openstack_id())
}

/// What every operation is given: cloned several times with each request.
#[derive(Clone, Debug)]
struct Face {
    app: App,
    config: Arc<Config>,
}

impl Face {
    /// The address of the service without a trailing slash.
    fn origin(&self, headers: &axum::http::HeaderMap) -> String {
        gaze_http::origin(
            headers,
            self.config.public_url.as_deref(),
            self.config.forwarded,
        )
    }
}

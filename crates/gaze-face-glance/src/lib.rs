//! The face of OpenStack's Image service, API version 2, as Glance serves it.
//!
//! Sources: Image service API v2 reference; what python-openstackclient, python-glanceclient and
//! openstacksdk send and read; Glance 33.0.0, run. What they leave open, and where this service
//! differs, is told in `docs/faces/glance.md`.

mod auth;
mod body;
mod errors;
mod map;
mod ops;
mod other;
mod path;
mod query;
mod routes;
mod vendor;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::HeaderMap;
use gaze_app::App;
use gaze_http::{Forwarded, openstack_id};

pub use other::Other;
pub use routes::OPERATIONS;
pub use vendor::{Said, Vendor};

/// What this face is told.
#[derive(Clone, Debug)]
pub struct Config {
    /// `scheme://host[:port]` under which clients reach the service; by default what each
    /// request's own headers say.
    pub public_url: Option<String>,
    /// Whether a proxy's headers are believed where `public_url` is not set.
    pub forwarded: Forwarded,
    /// The address of Identity v3 that is told with 401; by default the service's own.
    pub identity_url: Option<String>,
    /// Whether the list of versions at the root names Identity v3 as well, which the same address
    /// serves then: clients that are told the bare address look for it there.
    pub names_identity: bool,
    /// How long an upload may pause between two pieces.
    pub idle: Duration,
    /// Attributes for the clients of a vendor that has its own.
    pub vendor: Option<Vendor>,
    /// Other services that images may be fetched from.
    pub others: Vec<Other>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            public_url: None,
            forwarded: Forwarded::default(),
            identity_url: None,
            names_identity: false,
            idle: gaze_http::body::IDLE,
            vendor: None,
            others: Vec::new(),
        }
    }
}

/// What every operation is given: cloned several times with each request.
#[derive(Clone, Debug)]
struct Face {
    app: App,
    config: Arc<Config>,
}

impl Face {
    /// Whether images may be fetched from other services.
    fn knows_others(&self) -> bool {
        !self.config.others.is_empty()
    }

    /// The address of the service without a trailing slash.
    fn origin(&self, headers: &HeaderMap) -> String {
        gaze_http::origin(
            headers,
            self.config.public_url.as_deref(),
            self.config.forwarded,
        )
    }

    /// The vendor whose client sent the request, if it is one that signs.
    fn vendor(&self, headers: &HeaderMap) -> Option<&Vendor> {
        let signed = auth::token(headers).is_none();
        self.config.vendor.as_ref().filter(|_| signed)
    }
}

/// The routes of this face. They need a [`gaze_http::RequestId`] in every request's extensions,
/// which [`gaze_http::observe`] puts there.
pub fn router(app: App, config: Config) -> Router {
    let face = Face {
        app,
        config: Arc::new(config),
    };
    routes::routes()
        .layer((openstack_id(), errors::render(Arc::clone(&face.config))))
        .with_state(face)
}

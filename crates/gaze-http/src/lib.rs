//! What every face needs and none owns: the server loop, request ids, limits, ranges, streamed
//! bodies, metrics and the signature schemes that more than one face checks.
//!
//! Knows HTTP and [`gaze_domain::Error`]; knows no vendor and no verb.

mod around;
pub mod body;
mod crowd;
pub mod download;
mod handoff;
mod holes;
mod joined;
mod limits;
pub mod metrics;
mod observe;
mod openstack_id;
mod operation;
pub mod origin;
mod patient;
mod proxies;
pub mod range;
mod report;
mod request_id;
mod retry;
mod serve;
pub mod signature;
mod steady;
mod streams;

pub use around::{Around, around};
pub use body::{BodyError, BodyStream, body_stream, read_body, stream_response};
pub use joined::{joined, written};
pub use limits::Limits;
pub use metrics::Metrics;
pub use observe::observe;
pub use openstack_id::openstack_id;
pub use operation::{Auth, Coverage, Operation};
pub use origin::{Forwarded, origin};
pub use proxies::Proxies;
pub use range::{RangeRequest, parse_range};
pub use report::report;
pub use request_id::{RequestId, X_REQUEST_ID};
pub use retry::retry_after;
pub use serve::{Peer, serve, serve_within};

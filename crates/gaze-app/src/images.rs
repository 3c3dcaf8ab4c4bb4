//! What can be done with images.

mod admit;
mod at_hand;
mod candidates;
mod capture;
mod change_state;
mod copies;
mod copy;
mod create;
mod delete;
mod disc_candidates;
mod expected;
mod export;
mod import;
mod list;
mod members;
mod mirror;
mod purge;
mod read;
mod share;
mod show;
mod stores;
mod ticket;
mod transfer;
mod update;
mod upload;
mod verify;
mod whereabouts;

pub(crate) use capture::CaptureHandler;
pub(crate) use copy::CopyHandler;
pub use export::Capability;
pub(crate) use export::{Capabilities, ExportHandler};
pub(crate) use import::ImportHandler;
pub(crate) use purge::PurgeHandler;
pub(crate) use update::rewrite;
pub(crate) use upload::{UploadHandler, judged, retry};
pub(crate) use verify::VerifyHandler;

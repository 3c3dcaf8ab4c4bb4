//! What can be done with images.

mod admit;
mod candidates;
mod capture;
mod change_state;
mod copies;
mod create;
mod delete;
mod disc_candidates;
mod export;
mod import;
mod list;
mod members;
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

pub(crate) use capture::CaptureHandler;
pub use export::Capability;
pub(crate) use export::{Capabilities, ExportHandler};
pub(crate) use import::ImportHandler;
pub(crate) use purge::PurgeHandler;
pub(crate) use update::rewrite;
pub(crate) use upload::{UploadHandler, judged, retry};
pub(crate) use verify::VerifyHandler;

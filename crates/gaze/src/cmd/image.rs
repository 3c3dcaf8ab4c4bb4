//! `gaze image`.

mod add;
mod copy;
mod export;
mod list;
mod save;
mod set;
mod share;
mod upload;

use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;
use serde_json::json;

use super::{Session, instance};
use crate::client::Kind;
use crate::output::{Column, Show};

pub(super) const COLUMNS: &[Column] = &[
    ("ID", "id", Show::Text),
    ("NAME", "name", Show::Text),
    ("STATUS", "status", Show::Text),
    ("ENABLED", "enabled", Show::Text),
    ("FORMAT", "format", Show::Text),
    ("SIZE", "size", Show::Bytes),
    ("DISK", "virtual_size", Show::Bytes),
    ("VISIBILITY", "visibility", Show::Text),
    ("PLATFORM", "platform", Show::Text),
    ("ARCH", "architecture", Show::Text),
    ("PROJECT", "owner", Show::Name),
    ("CREATED", "created_at", Show::Time),
];

const NAMED: &[Kind] = &[Kind::Project, Kind::Store];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List images
    List(Box<list::List>),
    /// Make an image from a file here, or from a URL that the service fetches
    Add(Box<add::Add>),
    /// Upload the bytes of an image that has none yet
    Upload {
        image: String,
        file: PathBuf,
        /// A store that gets a copy; may be repeated; by default one is chosen
        #[arg(long)]
        store: Vec<String>,
    },
    /// Make an image from a volume of a stopped virtual machine
    Capture(Box<add::Capture>),
    /// Show an image
    Show { image: String },
    /// Change what is said of an image
    Set(Box<set::Set>),
    /// Download an image into a file; an earlier attempt is resumed
    Save(save::Save),
    /// Copy an image into more stores
    Copy(copy::Copy),
    /// Delete an image
    Delete {
        image: String,
        /// For good, instead of recoverable for a while
        #[arg(long)]
        now: bool,
    },
    /// Take a deletion back
    Recover { image: String },
    /// Remove a deleted image for good
    Purge { image: String },
    /// Let new machines start from an image
    Enable { image: String },
    /// No longer let new machines start from an image
    Disable { image: String },
    /// List the images that an instance can change to
    Candidates { instance: String },
    /// Give an image an address from which anybody who has it can download, converted if asked for
    Export(export::Export),
    /// List the exports of an image, with their addresses
    Exports { image: String },
    /// End an export
    Unexport {
        image: String,
        /// The export's id
        export: String,
    },
    /// Share an image with a project
    Share {
        image: String,
        project: String,
        /// Accept in the project's name, as an administrator may
        #[arg(long)]
        accepted: bool,
    },
    /// No longer share an image with a project
    Unshare { image: String, project: String },
    /// List the projects that an image is shared with
    Members { image: String },
    /// Accept an image that was shared with one's project
    Accept { image: String },
    /// Reject an image that was shared with one's project
    Reject { image: String },
}

impl Command {
    pub(crate) async fn run(self, session: &Session) -> Result<()> {
        let client = &session.client;
        match self {
            Self::List(list) => list.run(session).await,
            Self::Add(add) => add.run(session).await,
            Self::Upload { image, file, store } => {
                let id = client.id(Kind::Image, &image).await?;
                let stores = client.ids(Kind::Store, &store).await?;
                let image = upload::upload(session, &id, &file, &stores).await?;
                session.thing(&image, NAMED).await
            }
            Self::Capture(capture) => capture.run(session).await,
            Self::Show { image } => {
                let id = client.id(Kind::Image, &image).await?;
                session.show(&format!("/images/{id}"), NAMED).await
            }
            Self::Set(set) => set.run(session).await,
            Self::Save(save) => save.run(session).await,
            Self::Copy(copy) => copy.run(session).await,
            Self::Delete { image, now } => {
                let id = client.id(Kind::Image, &image).await?;
                let mode = if now { "now" } else { "delay" };
                client.delete(&format!("/images/{id}?mode={mode}")).await?;
                let sentence = if now {
                    format!("deleted {id} for good")
                } else {
                    format!("deleted {id}; `gaze image recover {id}` takes it back")
                };
                session.output.done(&sentence, &json!({ "id": id }))
            }
            Self::Recover { image } => {
                let id = client.id(Kind::DeletedImage, &image).await?;
                let image = client
                    .post(&format!("/images/{id}/recover"), &json!({}))
                    .await?;
                session.thing(&image, NAMED).await
            }
            Self::Purge { image } => {
                let id = client.id(Kind::DeletedImage, &image).await?;
                client
                    .post(&format!("/images/{id}/purge"), &json!({}))
                    .await?;
                session
                    .output
                    .done(&format!("purged {id}"), &json!({ "id": id }))
            }
            Self::Enable { image } => set_enabled(session, &image, true).await,
            Self::Disable { image } => set_enabled(session, &image, false).await,
            Self::Candidates { instance } => instance::candidates(session, &instance).await,
            Self::Export(export) => export.run(session).await,
            Self::Exports { image } => export::list(session, &image).await,
            Self::Unexport { image, export } => export::end(session, &image, &export).await,
            Self::Share {
                image,
                project,
                accepted,
            } => share::share(session, &image, &project, accepted).await,
            Self::Unshare { image, project } => share::unshare(session, &image, &project).await,
            Self::Members { image } => share::members(session, &image).await,
            Self::Accept { image } => share::decide(session, &image, "accepted").await,
            Self::Reject { image } => share::decide(session, &image, "rejected").await,
        }
    }
}

async fn set_enabled(session: &Session, image: &str, enabled: bool) -> Result<()> {
    let id = session.client.id(Kind::Image, image).await?;
    let body = json!({ "enabled": enabled });
    let image = session
        .client
        .put(&format!("/images/{id}/state"), &body)
        .await?;
    session.thing(&image, NAMED).await
}

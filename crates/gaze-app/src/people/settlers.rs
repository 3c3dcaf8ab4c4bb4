//! Projects that are named as owners before anybody has made them.
//!
//! For OpenStack's Image service an owner is any text: scripts make images for projects of which the
//! service has not heard. Here an owner has a quota and is charged, so it gets a row.

use gaze_catalog::{Failure, Tx, project};
use gaze_domain::quota::{DEFAULT_IMAGE_BYTES, DEFAULT_IMAGE_COUNT};
use gaze_domain::{Error, Project, ProjectId, Result, Timestamp};

use crate::App;
use crate::setup::DEFAULT_DOMAIN;

impl App {
    /// Whether a project that is to own something has to be made first. Where there is an authority
    /// outside, there are the projects that it knows and no others.
    pub(crate) async fn meet_owner(&self, id: ProjectId) -> Result<bool> {
        match self.meet_project(id).await {
            Ok(()) => Ok(false),
            Err(Error::NotFound { .. }) if self.keystone().is_none() => Ok(true),
            Err(error) => Err(error),
        }
    }
}

/// Makes a project without users that has no name but its id, unless it is there by now.
pub(crate) async fn settle(tx: &mut Tx, id: ProjectId, now: Timestamp) -> Result<(), Failure> {
    if project::find(tx, id).await?.is_some() {
        return Ok(());
    }
    let made = Project {
        id,
        domain: DEFAULT_DOMAIN,
        name: id.hex(),
        description: Some("Named as the owner of an image".into()),
        enabled: true,
        max_image_count: Some(DEFAULT_IMAGE_COUNT),
        max_image_bytes: Some(DEFAULT_IMAGE_BYTES),
        image_count: 0,
        image_bytes: 0,
        created_at: now,
        updated_at: now,
    };
    project::insert(tx, &made).await
}

//! Callers for whom the external Keystone vouches.

use gaze_catalog::external::{self, Home};
use gaze_catalog::project;
use gaze_domain::access::AuthFailure;
use gaze_domain::{Caller, Error, Noun, ProjectId, Result};

use super::{Keystone, KeystoneCounts};
use crate::App;

impl App {
    /// Whoever holds a token that this service did not issue, if there is an authority outside.
    pub(super) async fn authenticate_external(&self, text: &str) -> Result<Caller> {
        let Some(keystone) = self.keystone() else {
            return Err(AuthFailure::InvalidToken.into());
        };
        let guest = keystone.verify(text, self.now()).await?;
        if let Some(home) = &guest.home {
            self.receive_guest(home).await?;
        }
        Ok(guest.caller.clone())
    }

    /// Sees to it that a project of Keystone's has its row, under the name that it has there now.
    /// Fails if an administrator of this service has disabled it here.
    async fn receive_guest(&self, home: &Home) -> Result<()> {
        let id = home.project.id;
        match external::find(&mut self.catalog().read(), id).await? {
            Some(known) if known.external_id.as_deref() != Some(&home.project_id) => {
                tracing::warn!(project = %id, "Keystone and this service have each a project of this id");
                Err(Error::forbidden(
                    "act in a project that this service made itself with a token of Keystone's",
                    Noun::Project,
                    id,
                ))
            }
            Some(known) if !known.enabled => Err(AuthFailure::Disabled.into()),
            Some(known) if is_current(&known, home) => Ok(()),
            _ => self.save_home(home.clone()).await,
        }
    }

    /// The row of a project that somebody names. One of Keystone's that has not been here yet is
    /// looked up there.
    pub(crate) async fn meet_project(&self, id: ProjectId) -> Result<()> {
        if project::find(&mut self.catalog().read(), id)
            .await?
            .is_some()
        {
            return Ok(());
        }
        let found = match self.keystone() {
            Some(keystone) => keystone.find_project(id, self.now()).await?,
            None => None,
        };
        match found {
            Some(home) if home.project.id == id => self.save_home(home).await,
            _ => Err(Error::not_found(Noun::Project, id)),
        }
    }

    async fn save_home(&self, home: Home) -> Result<()> {
        self.catalog()
            .write(move |tx| Box::pin(async move { external::save(tx, &home).await }))
            .await
    }

    /// What became of tokens of the external Keystone; all zero without one.
    pub fn keystone_counts(&self) -> KeystoneCounts {
        self.keystone()
            .map_or_else(KeystoneCounts::default, Keystone::counts)
    }
}

/// Whether names are what they were.
fn is_current(known: &external::Known, home: &Home) -> bool {
    let domain = known.domain_name.as_ref();
    known.name == home.project.name && domain.is_none_or(|name| *name == home.domain.name)
}

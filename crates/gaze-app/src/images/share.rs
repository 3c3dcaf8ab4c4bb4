//! Sharing that needs no acceptance, of several images at once, as ZStack has it.

use std::collections::BTreeSet;

use gaze_catalog::{Failure, Tx, image, member, project};
use gaze_domain::{Caller, Error, ImageId, Noun, Result, Timestamp, Visibility};

use crate::App;
use crate::requests::{Audience, Withdrawal};
use gaze_catalog::member::Share;

/// Most images of one call: each is locked until all are shared.
const MAX_IMAGES: usize = 1000;
/// Most memberships that one call makes.
const MAX_SHARES: usize = 10_000;
/// Most rows of a list of shares, which is held in memory.
const MAX_LISTED: u32 = 100_000;

impl App {
    /// Shares images, all or none. The projects need not accept; one that has rejected an image
    /// keeps to that. Only an administrator shares with everybody.
    pub async fn share_images(
        &self,
        caller: &Caller,
        ids: &[ImageId],
        with: Audience,
    ) -> Result<()> {
        let ids = self.changeable(caller, ids, "share the image").await?;
        match &with {
            Audience::Everybody => caller.must_admin("publish an image", Noun::Image)?,
            Audience::Projects(projects) if projects.len() * ids.len() > MAX_SHARES => {
                return Err(too_many(MAX_SHARES));
            }
            Audience::Projects(projects) => {
                for project in projects {
                    self.meet_project(*project).await?;
                }
            }
        }
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    if let Audience::Projects(projects) = &with {
                        for project in projects {
                            project::get(tx, *project).await?;
                        }
                    }
                    for id in ids {
                        share(tx, id, &with, now).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Ends sharing of images, of all or of none. What is not shared is as good as ended.
    pub async fn unshare_images(
        &self,
        caller: &Caller,
        ids: &[ImageId],
        withdrawal: Withdrawal,
    ) -> Result<()> {
        let action = "end the sharing of the image";
        let ids = self.changeable(caller, ids, action).await?;
        if let Withdrawal::From(projects) = &withdrawal
            && projects.len() * ids.len() > MAX_SHARES
        {
            return Err(too_many(MAX_SHARES));
        }
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    for id in ids {
                        unshare(tx, id, &withdrawal, now).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// What the caller's project shares and what is shared with it; everything for an
    /// administrator.
    pub async fn list_shares(&self, caller: &Caller) -> Result<Vec<Share>> {
        let of = (!caller.is_admin()).then_some(caller.project);
        let shares = member::shares(&mut self.catalog().read(), of, MAX_LISTED + 1).await?;
        if shares.len() > MAX_LISTED as usize {
            return Err(Error::Invalid {
                field: "list".into(),
                reason: format!("has more than {MAX_LISTED} rows"),
            });
        }
        Ok(shares)
    }

    /// The images in the order in which they are locked, if the caller may change all of them.
    async fn changeable(
        &self,
        caller: &Caller,
        ids: &[ImageId],
        action: &str,
    ) -> Result<BTreeSet<ImageId>> {
        if ids.len() > MAX_IMAGES {
            return Err(too_many(MAX_IMAGES));
        }
        let ids: BTreeSet<ImageId> = ids.iter().copied().collect();
        for id in &ids {
            let known = self.known_image(caller, *id).await?;
            known.must_change(caller, action)?;
        }
        Ok(ids)
    }
}

async fn share(tx: &mut Tx, id: ImageId, with: &Audience, now: Timestamp) -> Result<(), Failure> {
    let before = image::lock(tx, id).await?;
    let mut after = before.clone();
    match with {
        Audience::Everybody => after.visibility = Visibility::Public,
        Audience::Projects(projects) => {
            let others = projects.iter().filter(|project| **project != before.owner);
            for project in others {
                member::share(tx, id, *project, now).await?;
                if before.visibility == Visibility::Private {
                    after.visibility = Visibility::Shared;
                }
            }
        }
    }
    after.updated_at = now;
    image::update(tx, &before, &after).await
}

async fn unshare(
    tx: &mut Tx,
    id: ImageId,
    withdrawal: &Withdrawal,
    now: Timestamp,
) -> Result<(), Failure> {
    let before = image::lock(tx, id).await?;
    match withdrawal {
        Withdrawal::From(projects) => {
            for project in projects {
                member::unshare(tx, id, Some(*project)).await?;
            }
        }
        Withdrawal::FromEverybody => {}
        Withdrawal::Whole => member::unshare(tx, id, None).await?,
    }
    let mut after = before.clone();
    let unpublished = match withdrawal {
        Withdrawal::From(_) => false,
        Withdrawal::FromEverybody | Withdrawal::Whole => true,
    };
    if unpublished && before.visibility == Visibility::Public {
        after.visibility = if member::list(tx, id).await?.is_empty() {
            Visibility::Private
        } else {
            Visibility::Shared
        };
    }
    after.updated_at = now;
    image::update(tx, &before, &after).await
}

fn too_many(most: usize) -> Error {
    Error::invalid("images", format!("at most {most} are shared at once"))
}

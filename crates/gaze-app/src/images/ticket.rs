//! An upload that is promised first and made later, by whoever has the promise's secret.
//!
//! The image waits, queued, with a copy to be in each of its stores; an upload by ticket is then
//! one like any other. The ticket ends with the image's bytes complete, with bytes that are no
//! such image, or with its time; an upload that breaks off leaves it as it was. Of the secret the
//! catalogue keeps a hash, so an address that was lost cannot be told again: another is made.

use gaze_catalog::{Failure, Tx, location, upload_ticket};
use gaze_domain::access::AuthFailure;
use gaze_domain::{
    ByteCount, Caller, Error, Image, ImageId, LocationState, Result, Status, Transition,
};

use super::create::insert_charged;
use super::purge::remove_row;
use super::stores::Need;
use crate::auth::{capability, token_hash};
use crate::ingest::{Rule, lock_stores};
use crate::requests::{NewImage, Upload, UploadPromise, UploadState, UploadTicket};
use crate::{App, clock};

/// Tickets that one round ends at most.
const ROUND: u32 = 100;

impl App {
    /// Makes an image that waits for its bytes, and the secret by which they may be sent. All named
    /// stores get a copy.
    pub async fn promise_upload(
        &self,
        caller: &Caller,
        new: NewImage,
        promise: UploadPromise,
    ) -> Result<UploadTicket> {
        let made = self.new_image(caller, new, promise.source)?;
        let need = Need {
            bytes: 1,
            pool: None,
            rule: Rule::All,
        };
        let stores = self.choose_stores(&promise.stores, need).await?;
        let copies = self.new_copies(made.id, &stores);
        let secret = capability(self.runtime());
        let now = self.now();
        let expires_at = clock::after(now, self.settings().upload_life);
        let ticket = upload_ticket::UploadTicket {
            image: made.id,
            hash: token_hash(&secret),
            again: None,
            created_at: now,
            expires_at,
        };
        let image = self
            .catalog()
            .write(move |tx| {
                Box::pin(async move {
                    insert_charged(tx, &made).await?;
                    lock_stores(tx, copies.iter().map(|(_, store, _)| *store)).await?;
                    for (copy, store, key) in copies {
                        location::begin(tx, copy, made.id, store, &key, ByteCount(0), now).await?;
                    }
                    upload_ticket::insert(tx, &ticket).await?;
                    gaze_catalog::image::get(tx, made.id).await
                })
            })
            .await?;
        Ok(UploadTicket {
            image,
            secret,
            expires_at,
        })
    }

    /// Streams a promised image's bytes, as [`App::upload_image`] does; the stores are those of the
    /// promise. A secret that is unknown, was used or has expired is [`AuthFailure::InvalidToken`];
    /// of several uploads at once one is taken, and the others find the image in the wrong state.
    /// `named` is the image that the client believes to send.
    pub async fn upload_by_ticket(
        &self,
        secret: &str,
        named: Option<ImageId>,
        upload: Upload,
    ) -> Result<Image> {
        let mut read = self.catalog().read();
        let ticket = upload_ticket::find_by_hash(&mut read, &token_hash(secret)).await?;
        let ticket = ticket
            .filter(|ticket| ticket.expires_at > self.now())
            .ok_or(AuthFailure::InvalidToken)?;
        if named.is_some_and(|named| named != ticket.image) {
            return Err(Error::invalid("image", "this address is another image's"));
        }
        let image = gaze_catalog::image::get(&mut read, ticket.image).await?;
        self.take_upload(image, upload, Transition::COMPLETE).await
    }

    /// How far the upload of a promised image is, for those who may change the image; `None` if
    /// the image waits for none.
    pub async fn upload_state(&self, caller: &Caller, id: ImageId) -> Result<Option<UploadState>> {
        self.known_image(caller, id)
            .await?
            .must_change(caller, "ask for the address of an upload")?;
        self.tell_upload_state(id).await
    }

    /// The same, whoever asks: for callers who were given the image's own call by its id, as those
    /// who poll ZStack's jobs are.
    pub async fn tell_upload_state(&self, id: ImageId) -> Result<Option<UploadState>> {
        let mut read = self.catalog().read();
        let ticket = upload_ticket::find(&mut read, id).await?;
        let running = self.running_work(&[id]).await?.remove(&id);
        match (running, ticket) {
            (_, None) => Ok(None),
            (Some(work), Some(_)) => Ok(Some(UploadState {
                image: id,
                job: Some(work.id),
                received: work.done,
                secret: None,
            })),
            (None, Some(ticket)) if ticket.expires_at <= self.now() => Ok(None),
            (None, Some(_)) => {
                let secret = capability(self.runtime());
                let hash = token_hash(&secret);
                self.catalog()
                    .write(move |tx| {
                        Box::pin(async move { upload_ticket::set_again(tx, id, &hash).await })
                    })
                    .await?;
                Ok(Some(UploadState {
                    image: id,
                    job: None,
                    received: 0,
                    secret: Some(secret),
                }))
            }
        }
    }

    /// Removes images whose upload never came. One that is being uploaded now is left to that.
    pub(crate) async fn end_expired_tickets(&self) -> Result<()> {
        let now = self.now();
        let due = upload_ticket::expired(&mut self.catalog().read(), now, ROUND).await?;
        for id in due {
            self.catalog()
                .write(move |tx| {
                    Box::pin(async move {
                        // Since it was listed, its upload may have begun, or it may be gone.
                        if gaze_catalog::image::find(tx, id).await?.is_none() {
                            return Ok(());
                        }
                        let image = gaze_catalog::image::lock(tx, id).await?;
                        if image.status == Status::Queued {
                            withdraw(tx, &image).await?;
                            tracing::info!(image = %id, "an upload that was promised never came");
                        }
                        Ok(())
                    })
                })
                .await?;
        }
        Ok(())
    }
}

/// Removes a queued image with the copies that it was to have.
pub(super) async fn withdraw(tx: &mut Tx, image: &Image) -> Result<(), Failure> {
    lock_stores(tx, image.locations.iter().map(|copy| copy.store)).await?;
    for copy in &image.locations {
        if copy.state == LocationState::Writing {
            location::abandon(tx, copy.id).await?;
        }
    }
    remove_row(tx, image).await
}

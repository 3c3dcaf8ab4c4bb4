//! A client sends an image's bytes.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use gaze_blob::Key;
use gaze_catalog::{image, location, project, upload_ticket};
use gaze_domain::{
    ByteCount, Caller, Error, Image, ImageId, JobId, Location, LocationId, Noun, Result, Status,
    Transition,
};
use gaze_jobs::{BoxFuture, Class, Ctx, Failure, Handler, InlineJob, NewJob};
use serde_json::{Value, json};

use super::stores::Need;
use crate::ingest::{Aftermath, Intake, Landed, Rule, land, lock_stores, undo};
use crate::outliving::Outliving;
use crate::requests::{StoreChoice, Upload};
use crate::work::{WorkKind, enqueue_failure};
use crate::{App, errors, failure};

impl App {
    /// Streams bytes into a queued image, which becomes active when they are complete, verified
    /// and durable. A broken or refused upload leaves the image queued and nothing else behind,
    /// also when the client goes away in the middle or the process is killed.
    pub async fn upload_image(
        &self,
        caller: &Caller,
        id: ImageId,
        upload: Upload,
    ) -> Result<Image> {
        let known = self.known_image(caller, id).await?;
        known.must_change(caller, "upload an image's bytes")?;
        self.take_upload(known.into_image(), upload, Transition::COMPLETE)
            .await
    }

    /// The same, but the image does not become active: it waits for [`App::admit_image`].
    pub async fn stage_image(&self, caller: &Caller, id: ImageId, upload: Upload) -> Result<Image> {
        let known = self.known_image(caller, id).await?;
        known.must_change(caller, "upload an image's bytes")?;
        self.take_upload(known.into_image(), upload, Transition::STAGE)
            .await
    }

    /// Receives the bytes of a queued image. If the image was promised an upload, it has its
    /// stores already. `end` is what the image becomes.
    pub(super) async fn take_upload(
        &self,
        image: Image,
        upload: Upload,
        end: Transition,
    ) -> Result<Image> {
        if image.status != Status::Queued {
            return Err(Error::WrongState {
                noun: Noun::Image,
                id: image.id.hex(),
                state: image.status.to_string(),
                needed: "only a queued image takes an upload".into(),
            });
        }
        if let Some(len) = upload.declared_len
            && len > self.settings().max_image_bytes
        {
            let limit = ByteCount(self.settings().max_image_bytes);
            return Err(Error::TooLarge {
                what: "the image".into(),
                limit,
            });
        }
        // Nothing is read of the body, and nothing recorded, before it is this project's turn.
        let place = self.admission().upload(image.owner).await;
        let job = JobId::new(self.new_uuid());
        let app = self.clone();
        // The client may go away at any point, also while the upload is being recorded; what is left
        // to do then sees the stream break and cleans up.
        let received = Outliving::new(self.tasks(), async move {
            // The body is not `Sync`, so `upload` must not be borrowed across an await.
            let (declared_len, stores) = (upload.declared_len, upload.stores.clone());
            let image = app.begin_upload(&image, job, declared_len, &stores).await?;
            let received = app.receive(image, job, upload, end).await;
            drop(place);
            received
        });
        received.await
    }

    async fn begin_upload(
        &self,
        image: &Image,
        job: JobId,
        declared_len: Option<u64>,
        stores: &StoreChoice,
    ) -> Result<Image> {
        let bytes = declared_len.unwrap_or(0);
        let need = Need {
            bytes,
            pool: None,
            rule: Rule::All,
        };
        let (id, owner, now) = (image.id, image.owner, self.now());
        let copies = if image.locations.is_empty() {
            let stores = self.choose_stores(stores, need).await?;
            self.new_copies(id, &stores)
        } else {
            Vec::new()
        };
        let jobs = self.jobs().clone();
        let new = NewJob {
            id: job.hex(),
            kind: WorkKind::Upload.as_str(),
            class: Class::Transfer,
            payload: json!({}),
            subject: id.hex(),
            owner: owner.hex(),
            max_attempts: 1,
            delay: Duration::ZERO,
        };
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    image::apply(tx, id, Transition::BEGIN_UPLOAD, now).await?;
                    let begun = image::get(tx, id).await?;
                    project::charge(tx, begun.owner, 0, bytes).await?;
                    let promised = begun.locations;
                    let stores = promised.iter().map(|copy| copy.store);
                    lock_stores(tx, stores.chain(copies.iter().map(|(_, store, _)| *store)))
                        .await?;
                    for copy in &promised {
                        location::grow(tx, copy.id, ByteCount(bytes)).await?;
                    }
                    for (copy, store, key) in copies {
                        location::begin(tx, copy, id, store, &key, ByteCount(bytes), now).await?;
                    }
                    jobs.begin_inline(tx, new).await.map_err(enqueue_failure)?;
                    image::get(tx, id).await
                })
            })
            .await
    }

    /// Ids and keys of the copies of an image that is about to be written.
    pub(super) fn new_copies(
        &self,
        image: ImageId,
        stores: &[gaze_domain::StoreId],
    ) -> Vec<(LocationId, gaze_domain::StoreId, String)> {
        let copy = |store: &gaze_domain::StoreId| {
            let id = LocationId::new(self.new_uuid());
            (id, *store, format!("images/{image}/{id}"))
        };
        stores.iter().map(copy).collect()
    }

    async fn receive(
        self,
        image: Image,
        job: JobId,
        upload: Upload,
        end: Transition,
    ) -> Result<Image> {
        let job = Arc::new(self.jobs().inline(&job.hex()));
        let received = self.pump(&image, &job, upload).await;
        let now = self.now();
        let id = image.id;
        let error = match received {
            Ok(landed) => {
                let job = Arc::clone(&job);
                let done = self
                    .catalog()
                    .write(move |tx| {
                        Box::pin(async move {
                            let image = land(tx, id, &landed, end, now).await?;
                            upload_ticket::delete(tx, id).await?;
                            job.succeed(tx, json!({ "image": id.hex() })).await?;
                            Ok(image)
                        })
                    })
                    .await;
                match done {
                    Ok(image) => return Ok(image),
                    Err(error) => error,
                }
            }
            Err(error) => error,
        };
        self.remove_blobs(&image.locations).await;
        let reason = failure::to_json(&error);
        let refused = matches!(error, Error::Refused { .. });
        let undone = self
            .catalog()
            .write(move |tx| {
                Box::pin(async move {
                    // Whoever promised the upload waits for nothing else, as with an import.
                    let over = refused && upload_ticket::find(tx, id).await?.is_some();
                    let aftermath = if over {
                        Aftermath::Remove
                    } else {
                        Aftermath::Requeue
                    };
                    undo(tx, id, aftermath, now).await?;
                    Ok(job.fail(tx, reason).await?)
                })
            })
            .await;
        if let Err(undone) = undone {
            // The job's lease runs out, and its rollback does this again.
            tracing::error!(image = %id, reason = %errors::with_causes(&undone), "an upload could not be undone yet");
        }
        Err(error)
    }

    async fn pump(&self, image: &Image, job: &InlineJob, mut upload: Upload) -> Result<Landed> {
        let expected = upload.declared_len;
        let mut intake = Intake::open(self, image, &image.locations, Rule::All, expected).await?;
        let stop = job.cancel_token();
        job.progress(0, expected);
        let poured = async {
            loop {
                let next = tokio::select! {
                    next = upload.body.next() => next,
                    () = stop.cancelled() => return Err(Error::Cancelled),
                };
                let Some(chunk) = next else { break };
                let chunk = chunk.map_err(|error| Error::SourceFailed {
                    source_url: "upload".into(),
                    reason: errors::with_causes(error.as_ref()),
                })?;
                let come = intake.total().saturating_add(chunk.len() as u64);
                if let Some(len) = expected.filter(|len| come > *len) {
                    return Err(wrong_length(len, &format!("{come} or more")));
                }
                intake.data(chunk).await?;
                job.progress(intake.total(), expected);
            }
            match expected {
                Some(len) if len != intake.total() => {
                    Err(wrong_length(len, &intake.total().to_string()))
                }
                _ => Ok(()),
            }
        }
        .await;
        match poured {
            Ok(()) => intake.finish().await,
            Err(error) => {
                intake.abort().await;
                Err(error)
            }
        }
    }

    /// Removes blobs that no row will speak of. What cannot be removed now is found by the sweep.
    pub(crate) async fn remove_blobs(&self, copies: &[Location]) {
        for copy in copies {
            let Ok(key) = Key::parse(&copy.key) else {
                continue;
            };
            let removed = match self.blobs(copy.store).await {
                Ok(blobs) => blobs
                    .delete(&key)
                    .await
                    .map_err(|error| errors::blob(copy.store, error)),
                Err(error) => Err(error),
            };
            if let Err(error) = removed {
                tracing::warn!(store = %copy.store, key = %copy.key, reason = %errors::with_causes(&error), "blob is left for the sweep");
            }
        }
    }

    /// What a rollback does after a crash: blobs first, then the rows with the job's end.
    pub(super) async fn roll_back(
        &self,
        ctx: &Ctx,
        aftermath: Aftermath,
        error: &Value,
    ) -> Result<(), Failure> {
        let Some(id) = ImageId::parse(&ctx.job.subject) else {
            return Err(fatal(&Error::not_found(Noun::Image, &ctx.job.subject)));
        };
        let found = image::find(&mut self.catalog().read(), id)
            .await
            .map_err(Error::from);
        if let Some(image) = found.map_err(|error| retry(&error))?
            && image.status.is_in_progress()
        {
            self.remove_blobs(&image.locations).await;
        }
        let (ctx, error, now) = (ctx.clone(), error.clone(), self.now());
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    undo(tx, id, aftermath, now).await?;
                    Ok(ctx.fail(tx, error).await?)
                })
            })
            .await
            .map_err(|error| retry(&error))
    }
}

fn wrong_length(announced: u64, come: &str) -> Error {
    let reason = format!("announced {announced} bytes, {come} came");
    Error::invalid("Content-Length", reason)
}

pub(crate) fn retry(error: &Error) -> Failure {
    Failure::Retry {
        error: failure::to_json(error),
    }
}

pub(super) fn fatal(error: &Error) -> Failure {
    Failure::Fatal {
        error: failure::to_json(error),
    }
}

/// The failure of a handler: worth another attempt or not.
pub(crate) fn judged(error: &Error) -> Failure {
    tracing::warn!(reason = %errors::with_causes(error), "job failed");
    if failure::is_transient(error) {
        retry(error)
    } else {
        fatal(error)
    }
}

/// Cleans up after uploads whose process died.
#[derive(Debug)]
pub(crate) struct UploadHandler(pub(crate) App);

impl Handler for UploadHandler {
    fn kind(&self) -> &'static str {
        WorkKind::Upload.as_str()
    }

    /// An upload cannot be begun again without its client.
    fn run<'a>(&'a self, _ctx: &'a Ctx) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async { Err(fatal(&Error::Cancelled)) })
    }

    fn rollback<'a>(
        &'a self,
        ctx: &'a Ctx,
        error: &'a Value,
    ) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(self.0.roll_back(ctx, Aftermath::Requeue, error))
    }
}

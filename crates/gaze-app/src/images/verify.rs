//! Asking stores for the copies that they hold: how long one is, and whether its bytes are still
//! those that came.

use futures_util::StreamExt as _;
use gaze_blob::{BlobErrorKind, DigestSet, Digests, Hashing, Key};
use gaze_catalog::{image, store as stores};
use gaze_domain::image::DigestKind;
use gaze_domain::{
    Caller, Error, Image, ImageId, JobId, Location, Noun, Result, StoreId, StoreStatus,
};
use gaze_jobs::{BoxFuture, Class, Ctx, Failure, Handler, NewJob};
use serde_json::{Value, json};

use super::upload::{judged, retry};
use crate::errors::damaged;
use crate::requests::{Started, Verification};
use crate::work::{WorkKind, enqueue_failure};
use crate::{App, errors};

/// Attempts after a crash of the process or a failure of the database.
const ATTEMPTS: u32 = 5;

impl App {
    /// Asks a connected store how long its copy is; answers the image if that is as long as it was
    /// when it came. [`Error::Unreachable`] if no connected store holds a copy, and
    /// [`Error::WrongState`] of the copy if it is gone or of another length.
    pub async fn sync_image_size(&self, caller: &Caller, id: ImageId) -> Result<Image> {
        let known = self.known_image(caller, id).await?;
        known.must_change(caller, "ask for the image's size")?;
        let connected: Vec<StoreId> = stores::list(&mut self.catalog().read())
            .await?
            .into_iter()
            .filter(|store| store.status == StoreStatus::Connected)
            .map(|store| store.id)
            .collect();
        let mut last = Error::Unreachable {
            noun: Noun::Image,
            id: id.hex(),
            reason: "no connected store holds a copy of it".into(),
        };
        let image = known.into_image();
        let copies = image.ready_locations();
        for copy in copies.filter(|copy| connected.contains(&copy.store)) {
            let key = blob_key(copy)?;
            let asked = match self.blobs(copy.store).await {
                Ok(blobs) => blobs.head(&key).await,
                Err(error) => {
                    last = error;
                    continue;
                }
            };
            match asked {
                Ok(meta) if meta.size == copy.size.0 => return Ok(image.clone()),
                Ok(meta) => {
                    let found = format!("is {} bytes long; {} were stored", meta.size, copy.size.0);
                    return Err(damaged(copy, &found));
                }
                Err(error) if error.kind() == BlobErrorKind::NotFound => {
                    return Err(damaged(copy, "is gone"));
                }
                Err(error) => last = errors::blob(copy.store, error),
            }
        }
        Err(last)
    }

    /// Enqueues a job that reads a copy's bytes again and compares their digest with the one that
    /// was recorded when they came. A copy that differs fails the job with [`Error::WrongState`] of
    /// the copy. A digest that was not computed before is recorded.
    pub async fn verify_copy(
        &self,
        caller: &Caller,
        id: ImageId,
        wanted: Verification,
    ) -> Result<Started> {
        let known = self.known_image(caller, id).await?;
        known.must_change(caller, "check the image's bytes")?;
        let image = known.into_image();
        stores::get(&mut self.catalog().read(), wanted.store).await?;
        ready_copy(&image, wanted.store)?;
        let job = wanted.job.unwrap_or_else(|| JobId::new(self.new_uuid()));
        let new = NewJob {
            id: job.hex(),
            kind: WorkKind::Verify.as_str(),
            class: Class::Transfer,
            payload: json!({ "store": wanted.store.hex(), "digest": wanted.digest.as_str() }),
            subject: id.hex(),
            owner: image.owner.hex(),
            max_attempts: ATTEMPTS,
            delay: std::time::Duration::ZERO,
        };
        let jobs = self.jobs().clone();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move { jobs.enqueue(tx, new).await.map_err(enqueue_failure) })
            })
            .await?;
        Ok(Started { image, job })
    }

    async fn run_verification(&self, ctx: &Ctx) -> Result<()> {
        let id: ImageId = ctx.job.subject.parse()?;
        let word = |name: &str| {
            ctx.job.payload[name]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        let store: StoreId = word("store").parse()?;
        let digest: DigestKind = word("digest").parse()?;
        let image = image::get(&mut self.catalog().read(), id).await?;
        let copy = ready_copy(&image, store)?.clone();
        ctx.stage("reading");
        let found = self.read_again(ctx, &copy, digest).await?;
        if let Some(recorded) = image.checksums.get(digest)
            && recorded != found
        {
            let text = format!("has the {digest} {found}; {recorded} was recorded");
            return Err(damaged(&copy, &text));
        }
        let (ctx, now) = (ctx.clone(), self.now());
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let before = image::lock(tx, id).await?;
                    if before.checksums.get(digest).is_none() {
                        let mut after = before.clone();
                        after.checksums.set(digest, found);
                        after.updated_at = now;
                        image::update(tx, &before, &after).await?;
                    }
                    Ok(ctx.succeed(tx, json!({ "image": id.hex() })).await?)
                })
            })
            .await
    }

    async fn read_again(&self, ctx: &Ctx, copy: &Location, digest: DigestKind) -> Result<String> {
        let failed = |error| errors::blob(copy.store, error);
        let blobs = self.blobs(copy.store).await?;
        let mut reader = match blobs.get(&blob_key(copy)?, None).await {
            Ok(reader) => reader,
            Err(error) if error.kind() == BlobErrorKind::NotFound => {
                return Err(damaged(copy, "is gone"));
            }
            Err(error) => return Err(failed(error)),
        };
        let mut hashing = Hashing::start(only(digest)).map_err(failed)?;
        let (total, stop) = (copy.size.0, ctx.cancel_token());
        let mut done = 0_u64;
        ctx.progress(done, Some(total));
        loop {
            let next = tokio::select! {
                next = reader.next() => next,
                () = stop.cancelled() => return Err(Error::Cancelled),
            };
            let Some(chunk) = next else { break };
            let chunk = chunk.map_err(failed)?;
            done += chunk.len() as u64;
            hashing.update(chunk).await.map_err(failed)?;
            ctx.progress(done, Some(total));
        }
        if done != total {
            let found = format!("is {done} bytes long; {total} were stored");
            return Err(damaged(copy, &found));
        }
        let digests = hashing.finish().await.map_err(failed)?;
        text(digest, &digests)
            .ok_or_else(|| Error::internal("computing a digest", "it was not computed"))
    }
}

/// The copy in that store, if it can be read.
fn ready_copy(image: &Image, store: StoreId) -> Result<&Location> {
    let mut copies = image.ready_locations();
    copies
        .find(|copy| copy.store == store)
        .ok_or_else(|| Error::WrongState {
            noun: Noun::Image,
            id: image.id.hex(),
            state: image.status.to_string(),
            needed: format!("it has no ready copy in store {store}"),
        })
}

fn blob_key(copy: &Location) -> Result<Key> {
    Key::parse(&copy.key).map_err(|error| Error::internal("naming a blob", error))
}

const fn only(digest: DigestKind) -> DigestSet {
    let mut set = DigestSet::NONE;
    match digest {
        DigestKind::Md5 => set.md5 = true,
        DigestKind::Sha256 => set.sha256 = true,
        DigestKind::Sha512 => set.sha512 = true,
    }
    set
}

fn text(digest: DigestKind, digests: &Digests) -> Option<String> {
    match digest {
        DigestKind::Md5 => digests.md5.map(|digest| digest.to_string()),
        DigestKind::Sha256 => digests.sha256.map(|digest| digest.to_string()),
        DigestKind::Sha512 => digests.sha512.map(|digest| digest.to_string()),
    }
}

/// Runs verifications. There is nothing to undo: they change nothing.
#[derive(Debug)]
pub(crate) struct VerifyHandler(pub(crate) App);

impl Handler for VerifyHandler {
    fn kind(&self) -> &'static str {
        WorkKind::Verify.as_str()
    }

    fn run<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            self.0
                .run_verification(ctx)
                .await
                .map_err(|error| judged(&error))
        })
    }

    fn rollback<'a>(
        &'a self,
        ctx: &'a Ctx,
        error: &'a Value,
    ) -> BoxFuture<'a, Result<(), Failure>> {
        let (ctx, error) = (ctx.clone(), error.clone());
        Box::pin(async move {
            self.0
                .catalog()
                .write(move |tx| Box::pin(async move { Ok(ctx.fail(tx, error).await?) }))
                .await
                .map_err(|error| retry(&error))
        })
    }
}

//! An image of another service becomes an image of this one.
//!
//! The other service is asked in the caller's name, with a credential that the caller sent. That
//! is kept in the memory of this process and nowhere else: so a mirroring does not go on in
//! another process, but is taken back when this one has died, as an upload is.

use std::sync::Arc;
use std::time::Duration;

use gaze_catalog::{image, location, placing};
use gaze_domain::{
    ByteCount, Caller, Error, Image, ImageId, JobId, Noun, Result, Status, StoreId, Transition,
};
use gaze_jobs::{Class, InlineJob, NewJob};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;

use super::import::REQUEUE;
use super::stores::{Need, left_out};
use super::update::changed;
use crate::ingest::{Aftermath, Fetch, Intake, Landed, Rule, land, lock_stores, undo};
use crate::requests::{Described, Mirror, Original, Started, StoreChoice};
use crate::work::{WorkKind, enqueue_failure};
use crate::{App, errors, failure};

/// Most bytes of what another service says of an image; as many as it may say to this one.
const MAX_DOCUMENT: usize = 1 << 20;

/// Bytes that have come, and what else becomes of the image.
struct Mirrored {
    landed: Landed,
    described: Described,
}

/// What the other service says of its image, and its bytes, which are on their way.
struct Found {
    described: Described,
    /// The image as it will be when the bytes have come.
    declared: Image,
    source: Fetch,
    /// Where the bytes come from.
    url: String,
}

impl App {
    /// Fetches the bytes of an image that waits for them from another service, with what that says
    /// of them. All named stores get a copy, or it fails; the image is then queued again, with
    /// what was said of it before.
    pub async fn mirror_image(
        &self,
        caller: &Caller,
        id: ImageId,
        stores: StoreChoice,
        mirror: Mirror,
    ) -> Result<Started> {
        let known = self.known_image(caller, id).await?;
        known.must_change(caller, "import the image")?;
        let rule = match stores {
            StoreChoice::Auto | StoreChoice::Named(_) => Rule::All,
            StoreChoice::AnyOf(_) => Rule::One,
        };
        let need = Need {
            bytes: 0,
            pool: None,
            rule,
        };
        let chosen = self.choose_stores(&stores, need).await?;
        let missed = left_out(&stores, &chosen);
        let job = JobId::new(self.new_uuid());
        let image = self
            .begin_mirroring(known.into_image(), chosen, missed, job)
            .await?;
        let (app, begun, caller) = (self.clone(), image.clone(), caller.clone());
        self.tasks()
            .spawn(async move { app.run_mirroring(begun, job, rule, caller, mirror).await });
        Ok(Started { image, job })
    }

    async fn begin_mirroring(
        &self,
        image: Image,
        stores: Vec<StoreId>,
        missed: Option<Vec<StoreId>>,
        job: JobId,
    ) -> Result<Image> {
        let id = image.id;
        let copies = self.new_copies(id, &stores);
        let new = NewJob {
            id: job.hex(),
            kind: WorkKind::Import.as_str(),
            class: Class::Transfer,
            payload: json!({ REQUEUE: true }),
            subject: id.hex(),
            owner: image.owner.hex(),
            max_attempts: 1,
            delay: Duration::ZERO,
        };
        let (jobs, now) = (self.jobs().clone(), self.now());
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    image::apply(tx, id, Transition::BEGIN_IMPORT, now).await?;
                    lock_stores(tx, stores.iter().copied()).await?;
                    for (copy, store, key) in copies {
                        location::begin(tx, copy, id, store, &key, ByteCount(0), now).await?;
                    }
                    if let Some(missed) = missed {
                        placing::set(tx, id, &missed).await?;
                    }
                    jobs.begin_inline(tx, new).await.map_err(enqueue_failure)?;
                    image::get(tx, id).await
                })
            })
            .await
    }

    async fn run_mirroring(
        self,
        image: Image,
        job: JobId,
        rule: Rule,
        caller: Caller,
        mirror: Mirror,
    ) {
        let job = Arc::new(self.jobs().inline(&job.hex()));
        let mirrored = self.read_original(&image, &job, rule, mirror).await;
        let id = image.id;
        let ended = match mirrored {
            Ok(mirrored) => self.end_mirroring(id, &job, caller, mirrored).await,
            Err(error) => Err(error),
        };
        let Err(error) = ended else { return };
        tracing::warn!(image = %id, reason = %errors::with_causes(&error), "an image could not be mirrored");
        self.remove_blobs(&image.locations).await;
        let (reason, now) = (failure::to_json(&error), self.now());
        let undone = self
            .catalog()
            .write(move |tx| {
                Box::pin(async move {
                    undo(tx, id, Aftermath::Requeue, now).await?;
                    Ok(job.fail(tx, reason).await?)
                })
            })
            .await;
        if let Err(undone) = undone {
            // The job's lease runs out, and its rollback does this again.
            tracing::error!(image = %id, reason = %errors::with_causes(&undone), "a mirroring could not be undone yet");
        }
    }

    async fn read_original(
        &self,
        image: &Image,
        job: &InlineJob,
        rule: Rule,
        mirror: Mirror,
    ) -> Result<Mirrored> {
        let stopped = self.stopped(job);
        tokio::pin!(stopped);
        // As many at once as there are imports: each may write as fast as it can.
        let _turn = tokio::select! {
            turn = self.inner.mirrors.acquire() => turn,
            error = &mut stopped => return Err(error),
        };
        let found = tokio::select! {
            found = self.find_original(image, job, mirror) => found,
            error = &mut stopped => Err(error),
        };
        let Found {
            described,
            declared,
            mut source,
            url,
        } = found?;
        let size = described.size;
        let places = &image.locations;
        let mut intake = Intake::open(self, &declared, places, rule, Some(size)).await?;
        job.progress(0, Some(size));
        let pouring = async {
            while let Some(chunk) = source.next().await? {
                if intake.total() + chunk.len() as u64 > size {
                    return Err(other_size(&url, size));
                }
                intake.data(chunk).await?;
                job.progress(intake.total(), Some(size));
            }
            if intake.total() == size {
                Ok(())
            } else {
                Err(other_size(&url, size))
            }
        };
        let poured = tokio::select! {
            poured = pouring => poured,
            error = &mut stopped => Err(error),
        };
        match poured {
            Ok(()) => {
                let landed = intake.finish().await?;
                Ok(Mirrored { landed, described })
            }
            Err(error) => {
                intake.abort().await;
                Err(error)
            }
        }
    }

    /// Why a mirroring is to end before its time, as soon as it is.
    async fn stopped(&self, job: &InlineJob) -> Error {
        let stop = job.cancel_token();
        tokio::select! {
            () = stop.cancelled() => Error::Cancelled,
            () = self.inner.closing.cancelled() => Error::Unavailable {
                what: "the service is stopping".into(),
            },
        }
    }

    /// Asks the other service what it says of its image, and for the bytes.
    async fn find_original(&self, image: &Image, job: &InlineJob, mirror: Mirror) -> Result<Found> {
        let Original {
            document,
            data,
            header: (name, secret),
        } = mirror.original?;
        let mut value = HeaderValue::from_str(&secret)
            .map_err(|_unfit| Error::invalid("token", "cannot be sent to another service"))?;
        value.set_sensitive(true);
        let headers = HeaderMap::from_iter([(HeaderName::from_static(name), value)]);
        job.stage("asking");
        let text = self.fetch_document(&document, headers.clone()).await?;
        let described = (mirror.read)(&text)?;
        let mut declared = image.clone();
        (described.edit)(&mut declared)?;
        job.stage("fetching");
        let source = self.fetcher().open_with(&data, headers).await?;
        if source.total().is_some_and(|total| total != described.size) {
            return Err(other_size(&data, described.size));
        }
        Ok(Found {
            described,
            declared,
            source,
            url: data,
        })
    }

    async fn fetch_document(&self, url: &str, headers: HeaderMap) -> Result<Vec<u8>> {
        let mut source = self.fetcher().open_with(url, headers).await?;
        let mut text = Vec::new();
        while let Some(chunk) = source.next().await? {
            if text.len() + chunk.len() > MAX_DOCUMENT {
                return Err(Error::SourceFailed {
                    source_url: url.to_owned(),
                    reason: format!("what it says is longer than {MAX_DOCUMENT} bytes"),
                });
            }
            text.extend_from_slice(&chunk);
        }
        Ok(text)
    }

    async fn end_mirroring(
        &self,
        id: ImageId,
        job: &Arc<InlineJob>,
        caller: Caller,
        mirrored: Mirrored,
    ) -> Result<()> {
        let Mirrored { landed, described } = mirrored;
        let (job, now) = (Arc::clone(job), self.now());
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let before = image::lock(tx, id).await?;
                    if before.status != Status::Importing {
                        return Err(Error::not_found(Noun::Image, id).into());
                    }
                    let mut wanted = before.clone();
                    (described.edit)(&mut wanted)?;
                    // The content has agreed to the format that the other service named.
                    let format = wanted.format.take();
                    wanted.format = before.format;
                    let mut after = changed(&caller, &before, wanted)?;
                    after.format = format;
                    image::update(tx, &before, &after).await?;
                    land(tx, id, &landed, Transition::COMPLETE, now).await?;
                    let lost = before.locations.iter();
                    let lost = lost.filter(|copy| landed.lost.contains(&copy.id));
                    let lost: Vec<StoreId> = lost.map(|copy| copy.store).collect();
                    placing::miss(tx, id, &lost).await?;
                    Ok(job.succeed(tx, json!({ "image": id.hex() })).await?)
                })
            })
            .await
    }
}

fn other_size(url: &str, size: u64) -> Error {
    Error::SourceFailed {
        source_url: url.to_owned(),
        reason: format!("it does not send the {size} bytes that it announced"),
    }
}

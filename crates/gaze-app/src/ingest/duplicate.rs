//! A complete copy of an image, poured into more stores.

use futures_util::StreamExt as _;
use gaze_blob::{BlobErrorKind, DigestSet, Hashing, Key, Reader, WriteOptions};
use gaze_domain::image::Checksums;
use gaze_domain::{Error, Image, Location, LocationId, Noun, Result, StoreId};
use tokio_util::sync::CancellationToken;

use super::copies::Copy;
use super::intake::Rule;
use crate::errors::damaged;
use crate::{App, errors};

/// What became of the copies: durable and whole, or nothing.
#[derive(Debug, Default)]
pub(crate) struct Duplicates {
    pub(crate) ready: Vec<LocationId>,
    /// Under [`Rule::One`], those whose stores failed.
    pub(crate) lost: Vec<(LocationId, StoreId)>,
}

/// Why a pouring ended.
enum Broken {
    /// Its source cannot be read, or does not hold what it should: another may.
    Source(Error),
    /// No source will do better.
    Whole(Error),
}

/// What a pouring is watched by.
pub(crate) struct Watch<'w> {
    pub(crate) stop: CancellationToken,
    pub(crate) progress: &'w (dyn Fn(u64) + Send + Sync),
}

/// Writes the image's bytes to each of the places. Nothing becomes visible there unless the bytes
/// have the digest that was recorded when they came. The oldest copy that holds them serves.
pub(crate) async fn duplicate(
    app: &App,
    image: &Image,
    places: &[Location],
    rule: Rule,
    watch: &Watch<'_>,
) -> Result<Duplicates> {
    let mut last = Error::Unreachable {
        noun: Noun::Image,
        id: image.id.hex(),
        reason: "it has no copy".into(),
    };
    for source in image.ready_locations() {
        match pour(app, &image.checksums, source, places, rule, watch).await {
            Ok(done) => return Ok(done),
            Err(Broken::Source(error)) => last = error,
            Err(Broken::Whole(error)) => return Err(error),
        }
    }
    Err(last)
}

async fn pour(
    app: &App,
    checksums: &Checksums,
    source: &Location,
    places: &[Location],
    rule: Rule,
    watch: &Watch<'_>,
) -> Result<Duplicates, Broken> {
    let mut reader = open(app, source).await.map_err(Broken::Source)?;
    let mut copies = Vec::with_capacity(places.len());
    let options = WriteOptions {
        expected_len: Some(source.size.0),
        digests: DigestSet::NONE,
    };
    for place in places {
        let opened = Copy::open(app, place, options).await;
        copies.push(opened.map_err(Broken::Whole)?);
    }
    let mut pouring = Pouring { copies, rule };
    let poured = pouring.fill(checksums, source, &mut reader, watch).await;
    match poured {
        Ok(()) => pouring.finish().await.map_err(Broken::Whole),
        Err(broken) => {
            for copy in &mut pouring.copies {
                copy.discard().await;
            }
            Err(broken)
        }
    }
}

async fn open(app: &App, source: &Location) -> Result<Reader> {
    let key = Key::parse(&source.key).map_err(|error| Error::internal("naming a blob", error))?;
    let reader = match app.blobs(source.store).await?.get(&key, None).await {
        Ok(reader) => reader,
        Err(error) if error.kind() == BlobErrorKind::NotFound => {
            return Err(damaged(source, "is gone"));
        }
        Err(error) => return Err(errors::blob(source.store, error)),
    };
    if reader.size() != source.size.0 {
        let found = format!(
            "is {} bytes long; {} were stored",
            reader.size(),
            source.size.0
        );
        return Err(damaged(source, &found));
    }
    Ok(reader)
}

struct Pouring {
    copies: Vec<Copy>,
    rule: Rule,
}

impl Pouring {
    async fn fill(
        &mut self,
        checksums: &Checksums,
        source: &Location,
        reader: &mut Reader,
        watch: &Watch<'_>,
    ) -> Result<(), Broken> {
        self.after_a_failure()?;
        let unread = |error| Broken::Source(errors::blob(source.store, error));
        let hashing = |error| Broken::Whole(Error::internal("computing a digest", error));
        let mut digest = Hashing::start(strongest(checksums)).map_err(hashing)?;
        let mut done = 0_u64;
        loop {
            let next = tokio::select! {
                next = reader.next() => next,
                () = watch.stop.cancelled() => return Err(Broken::Whole(Error::Cancelled)),
            };
            let Some(chunk) = next else { break };
            let chunk = chunk.map_err(unread)?;
            done += chunk.len() as u64;
            digest.update(chunk.clone()).await.map_err(hashing)?;
            for copy in &mut self.copies {
                if let Some(writer) = copy.writer.as_mut()
                    && let Err(error) = writer.write(chunk.clone()).await
                {
                    copy.give_up(errors::blob(copy.store, error)).await;
                }
            }
            self.after_a_failure()?;
            (watch.progress)(done);
        }
        let found = digest.finish().await.map_err(hashing)?;
        let pairs = [
            (found.sha256.map(|it| it.to_string()), &checksums.sha256),
            (found.sha512.map(|it| it.to_string()), &checksums.sha512),
            (found.md5.map(|it| it.to_string()), &checksums.md5),
        ];
        for (found, recorded) in pairs {
            if let (Some(found), Some(recorded)) = (found, recorded)
                && found != *recorded
            {
                let text = format!("has the digest {found}; {recorded} was recorded");
                return Err(Broken::Source(damaged(source, &text)));
            }
        }
        Ok(())
    }

    /// Whether the rest can still succeed.
    fn after_a_failure(&mut self) -> Result<(), Broken> {
        let living = self.copies.iter().filter(|copy| copy.writer.is_some());
        let living = living.count();
        if living == self.copies.len() || (living > 0 && self.rule == Rule::One) {
            return Ok(());
        }
        match self.copies.iter_mut().find_map(|copy| copy.failure.take()) {
            Some(error) => Err(Broken::Whole(error)),
            None => Ok(()),
        }
    }

    /// Makes every copy durable and visible. What is visible of a whole that fails is removed by
    /// whoever owns the job.
    async fn finish(self) -> Result<Duplicates> {
        let mut done = Duplicates::default();
        let mut failure = None;
        for mut copy in self.copies {
            let error = match copy.writer.take() {
                Some(writer) => match writer.finish().await {
                    Ok(_stored) => {
                        done.ready.push(copy.location);
                        continue;
                    }
                    Err(error) => Some(errors::blob(copy.store, error)),
                },
                None => copy.failure.take(),
            };
            done.lost.push((copy.location, copy.store));
            failure = failure.or(error);
        }
        match failure {
            Some(error) if self.rule == Rule::All || done.ready.is_empty() => Err(error),
            Some(_) | None => Ok(done),
        }
    }
}

/// The cheapest digest that is not easily forged, of those that were recorded.
const fn strongest(checksums: &Checksums) -> DigestSet {
    let mut set = DigestSet::NONE;
    if checksums.sha256.is_some() {
        set.sha256 = true;
    } else if checksums.sha512.is_some() {
        set.sha512 = true;
    } else {
        set.md5 = checksums.md5.is_some();
    }
    set
}

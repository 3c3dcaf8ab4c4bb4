//! Bytes on their way into stores: inspected, counted, hashed and written as they pass, in
//! bounded memory whatever the image's size.

use bytes::Bytes;
use gaze_blob::{DigestSet, Stored, WriteOptions};
use gaze_catalog::{image, location, project};
use gaze_disk::{Inspection, Inspector};
use gaze_domain::{
    ByteCount, DiskFormat, Error, Image, ImageId, Location, LocationId, ProjectId, Result,
};

use super::copies::{Copy, agreed_format};
use super::settle::{charged, lock_stores};
use crate::{App, errors};

/// Room and quota for bytes that were not announced are taken in steps, none larger than what has
/// come already: many small uploads at once must not promise one another's room away. Where a
/// large step does not fit, smaller ones are tried, down to the very bytes that came.
const STEPS: [u64; 4] = [256 << 20, 16 << 20, 1 << 20, 1];
/// What the first bytes take at once.
const FIRST_STEP: u64 = 1 << 20;

/// Zeros are shown to the inspector in pieces of this size.
static ZEROS: [u8; 64 << 10] = [0; 64 << 10];
/// Zeros that are shown to it before other tasks get their turn.
const ZEROS_AT_ONCE: u64 = 64 << 20;

/// What becomes of the whole when one store fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// The whole fails (an import, as ZStack's AddImage).
    All,
    /// The others go on; one must succeed (a template from a volume, as ZStack's).
    One,
}

/// An open intake. Dropping it leaves nothing visible in any store; the rows are undone by
/// whoever owns the job.
pub(crate) struct Intake {
    app: App,
    image: ImageId,
    /// Whose turns the pieces take.
    owner: ProjectId,
    declared: Option<DiskFormat>,
    /// Bytes that were announced.
    expected: Option<u64>,
    rule: Rule,
    copies: Vec<Copy>,
    inspector: Inspector,
    total: u64,
    /// Bytes reserved in every store and charged to the project.
    granted: u64,
    limit: u64,
}

/// A complete intake: durable in every store that is listed.
#[derive(Debug)]
pub(crate) struct Landed {
    pub(crate) stored: Stored,
    pub(crate) inspection: Inspection,
    pub(crate) format: DiskFormat,
    /// Copies that are complete.
    pub(crate) ready: Vec<LocationId>,
    /// Copies that failed under [`Rule::One`].
    pub(crate) lost: Vec<LocationId>,
}

impl Intake {
    /// Begins to write a copy at each location. What an earlier attempt left there is removed.
    /// `granted` bytes have been reserved in each store and charged to the owner.
    pub(crate) async fn open(
        app: &App,
        image: &Image,
        locations: &[Location],
        rule: Rule,
        expected: Option<u64>,
    ) -> Result<Self> {
        let limit = app.settings().max_image_bytes;
        if expected.is_some_and(|expected| expected > limit) {
            return Err(too_large(limit));
        }
        let mut intake = Self {
            app: app.clone(),
            image: image.id,
            owner: image.owner,
            declared: image.format,
            expected,
            rule,
            copies: Vec::with_capacity(locations.len()),
            inspector: Inspector::new(),
            total: 0,
            granted: locations
                .iter()
                .map(|location| location.size.0)
                .min()
                .unwrap_or(0),
            limit,
        };
        let options = WriteOptions {
            expected_len: expected,
            digests: DigestSet::MD5_SHA256,
        };
        for location in locations {
            intake
                .copies
                .push(Copy::open(app, location, options).await?);
        }
        match intake.prepare().await {
            Ok(()) => Ok(intake),
            Err(error) => {
                intake.abort().await;
                Err(error)
            }
        }
    }

    /// What was announced is taken at once, so that a lack of room or quota is heard before the
    /// first byte and not after the last.
    async fn prepare(&mut self) -> Result<()> {
        self.after_a_failure()?;
        match self.expected {
            Some(expected) if expected > self.granted => self.grant(expected).await,
            _ => Ok(()),
        }
    }

    /// Bytes that have come.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    pub(crate) async fn data(&mut self, chunk: Bytes) -> Result<()> {
        let (app, owner) = (self.app.clone(), self.owner);
        app.admission().piece(owner, self.put_data(chunk)).await
    }

    async fn put_data(&mut self, chunk: Bytes) -> Result<()> {
        self.admit(chunk.len() as u64).await?;
        self.inspector.feed(&chunk);
        self.refuse_early()?;
        for copy in &mut self.copies {
            if let Some(writer) = copy.writer.as_mut()
                && let Err(error) = writer.write(chunk.clone()).await
            {
                copy.give_up(errors::blob(copy.store, error)).await;
            }
        }
        self.after_a_failure()
    }

    pub(crate) async fn zeros(&mut self, len: u64) -> Result<()> {
        let (app, owner) = (self.app.clone(), self.owner);
        app.admission().piece(owner, self.put_zeros(len)).await
    }

    async fn put_zeros(&mut self, len: u64) -> Result<()> {
        self.admit(len).await?;
        let mut left = len;
        while left > 0 {
            let part = usize::try_from(left).unwrap_or(usize::MAX).min(ZEROS.len());
            self.inspector.feed(&ZEROS[..part]);
            left -= part as u64;
            if left.is_multiple_of(ZEROS_AT_ONCE) {
                tokio::task::yield_now().await;
            }
        }
        self.refuse_early()?;
        for copy in &mut self.copies {
            if let Some(writer) = copy.writer.as_mut()
                && let Err(error) = writer.zeros(len).await
            {
                copy.give_up(errors::blob(copy.store, error)).await;
            }
        }
        self.after_a_failure()
    }

    /// Judges the whole, then makes every copy durable and visible.
    pub(crate) async fn finish(mut self) -> Result<Landed> {
        let (inspection, format) = match self.judge() {
            Ok(judged) => judged,
            Err(error) => {
                self.abort().await;
                return Err(error);
            }
        };
        let mut stored = None;
        let (mut ready, mut lost) = (Vec::new(), Vec::new());
        for copy in &mut self.copies {
            if let Some(writer) = copy.writer.take() {
                match writer.finish().await {
                    Ok(done) => {
                        ready.push(copy.location);
                        stored.get_or_insert(done);
                        continue;
                    }
                    Err(error) => copy.failure = Some(errors::blob(copy.store, error)),
                }
            }
            lost.push(copy.location);
        }
        if self.rule == Rule::All || ready.is_empty() {
            self.first_failure()?;
        }
        let stored =
            stored.ok_or_else(|| Error::internal("storing an image", "no store took it"))?;
        if format == DiskFormat::Qcow2 {
            self.check_whole(&ready).await?;
        }
        Ok(Landed {
            stored,
            inspection,
            format,
            ready,
            lost,
        })
    }

    /// Looks at one of the copies, which are the same; stores that are not local are trusted.
    async fn check_whole(&mut self, ready: &[LocationId]) -> Result<()> {
        for copy in self
            .copies
            .iter_mut()
            .filter(|copy| ready.contains(&copy.location))
        {
            let blobs = self.app.blobs(copy.store).await?;
            if let Some(path) = blobs.local_file(&copy.key) {
                let checked = self
                    .app
                    .tasks()
                    .spawn_blocking(move || super::disk::check_whole(&path));
                return checked
                    .await
                    .map_err(|error| Error::internal("reading a blob again", error))?;
            }
        }
        Ok(())
    }

    fn judge(&mut self) -> Result<(Inspection, DiskFormat)> {
        let inspector = std::mem::replace(&mut self.inspector, Inspector::new());
        let inspection = inspector
            .finish(self.total)
            .map_err(|refusal| Error::refused(refusal.to_string()))?;
        let format = agreed_format(self.declared, &inspection)?;
        Ok((inspection, format))
    }

    /// Gives up: no copy becomes visible, and temporary files are gone when this returns.
    pub(crate) async fn abort(mut self) {
        for copy in &mut self.copies {
            copy.discard().await;
        }
    }

    /// Takes room and quota for bytes that are about to come.
    async fn admit(&mut self, more: u64) -> Result<()> {
        let total = self
            .total
            .checked_add(more)
            .filter(|total| *total <= self.limit);
        let total = total.ok_or_else(|| too_large(self.limit))?;
        if total > self.granted {
            self.grant(total).await?;
        }
        self.total = total;
        Ok(())
    }

    /// Takes room and quota for that many bytes in all, and some more if there is more to have.
    /// Under [`Rule::One`], a store that is full is given up while another goes on.
    async fn grant(&mut self, total: u64) -> Result<()> {
        let most = self.expected.unwrap_or(self.limit).max(total);
        loop {
            let mut refusal = None;
            for step in STEPS
                .into_iter()
                .filter(|step| *step <= total.max(FIRST_STEP))
            {
                let grant = total.next_multiple_of(step).min(most);
                match self.take(grant).await {
                    Ok(()) => {
                        self.granted = grant;
                        return Ok(());
                    }
                    Err(error @ (Error::QuotaExceeded { .. } | Error::NoSpace { .. })) => {
                        refusal = Some(error);
                    }
                    Err(error) => return Err(error),
                }
            }
            let Some(refusal) = refusal else {
                return Ok(());
            };
            let full = match &refusal {
                Error::NoSpace { store, .. } => *store,
                _ => return Err(refusal),
            };
            let full = self
                .copies
                .iter_mut()
                .find(|copy| copy.store == full && copy.writer.is_some());
            match full {
                Some(copy) => copy.give_up(refusal).await,
                None => return Err(refusal),
            }
            self.after_a_failure()?;
        }
    }

    /// All or nothing: every live copy gets the room and the owner pays once.
    async fn take(&mut self, grant: u64) -> Result<()> {
        let id = self.image;
        let living = self.copies.iter().filter(|copy| copy.writer.is_some());
        let living: Vec<LocationId> = living.map(|copy| copy.location).collect();
        self.app
            .catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let image = image::lock(tx, id).await?;
                    let more = grant.saturating_sub(charged(&image));
                    project::charge(tx, image.owner, 0, more).await?;
                    lock_stores(tx, image.locations.iter().map(|copy| copy.store)).await?;
                    for copy in living {
                        location::grow(tx, copy, ByteCount(grant)).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    fn refuse_early(&self) -> Result<()> {
        match self.inspector.early_refusal() {
            Some(refusal) => Err(Error::refused(refusal.to_string())),
            None => Ok(()),
        }
    }

    /// Whether the rest can still succeed.
    fn after_a_failure(&mut self) -> Result<()> {
        let living = self
            .copies
            .iter()
            .filter(|copy| copy.writer.is_some())
            .count();
        if living == self.copies.len() || (living > 0 && self.rule == Rule::One) {
            return Ok(());
        }
        self.first_failure()
    }

    fn first_failure(&mut self) -> Result<()> {
        match self.copies.iter_mut().find_map(|copy| copy.failure.take()) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

fn too_large(limit: u64) -> Error {
    Error::TooLarge {
        what: "the image".into(),
        limit: ByteCount(limit),
    }
}

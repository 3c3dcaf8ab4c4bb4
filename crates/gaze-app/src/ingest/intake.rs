//! Bytes on their way into stores: inspected, counted, hashed and written as they pass, in
//! bounded memory whatever the image's size.

use bytes::Bytes;
use gaze_blob::{DigestSet, Key, Stored, WriteOptions, Writer};
use gaze_catalog::{location, project};
use gaze_disk::{Inspection, Inspector};
use gaze_domain::{
    ByteCount, DiskFormat, Error, Image, ImageId, Location, LocationId, ProjectId, Result, StoreId,
};

use crate::{App, errors};

/// Room and quota are taken in steps of this many bytes when the size was not announced.
const STEP: u64 = 256 << 20;

/// Zeros are shown to the inspector in pieces of this size.
static ZEROS: [u8; 64 << 10] = [0; 64 << 10];

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
    owner: ProjectId,
    declared: Option<DiskFormat>,
    rule: Rule,
    copies: Vec<Copy>,
    inspector: Inspector,
    total: u64,
    /// Bytes reserved in every store and charged to the project.
    granted: u64,
    limit: u64,
}

struct Copy {
    location: LocationId,
    store: StoreId,
    /// `None` once the store has failed.
    writer: Option<Box<dyn Writer>>,
    failure: Option<Error>,
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
        for location in locations {
            let opened = open_writer(app, location, expected).await;
            let (writer, failure) = match opened {
                Ok(writer) => (Some(writer), None),
                Err(error) => (None, Some(error)),
            };
            let (location, store) = (location.id, location.store);
            intake.copies.push(Copy {
                location,
                store,
                writer,
                failure,
            });
        }
        intake.after_a_failure()?;
        Ok(intake)
    }

    /// Bytes that have come.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    pub(crate) async fn data(&mut self, chunk: Bytes) -> Result<()> {
        self.admit(chunk.len() as u64).await?;
        self.inspector.feed(&chunk);
        self.refuse_early()?;
        for copy in &mut self.copies {
            if let Some(writer) = copy.writer.as_mut()
                && let Err(error) = writer.write(chunk.clone()).await
            {
                copy.give_up(error);
            }
        }
        self.after_a_failure()
    }

    pub(crate) async fn zeros(&mut self, len: u64) -> Result<()> {
        self.admit(len).await?;
        let mut left = len;
        while left > 0 {
            let part = usize::try_from(left).unwrap_or(usize::MAX).min(ZEROS.len());
            self.inspector.feed(&ZEROS[..part]);
            left -= part as u64;
        }
        self.refuse_early()?;
        for copy in &mut self.copies {
            if let Some(writer) = copy.writer.as_mut()
                && let Err(error) = writer.zeros(len).await
            {
                copy.give_up(error);
            }
        }
        self.after_a_failure()
    }

    /// Judges the whole, then makes every copy durable and visible.
    pub(crate) async fn finish(mut self) -> Result<Landed> {
        let inspector = std::mem::replace(&mut self.inspector, Inspector::new());
        let inspection = inspector
            .finish(self.total)
            .map_err(|refusal| Error::refused(refusal.to_string()))?;
        let format = agreed_format(self.declared, &inspection)?;
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
                    Err(error) => copy.give_up(error),
                }
            }
            lost.push(copy.location);
        }
        if self.rule == Rule::All || ready.is_empty() {
            self.first_failure()?;
        }
        let stored =
            stored.ok_or_else(|| Error::internal("storing an image", "no store took it"))?;
        Ok(Landed {
            stored,
            inspection,
            format,
            ready,
            lost,
        })
    }

    /// Gives up: no copy becomes visible, and temporary files are gone when this returns.
    pub(crate) async fn abort(mut self) {
        for copy in &mut self.copies {
            if let Some(writer) = copy.writer.take()
                && let Err(error) = writer.abort().await
            {
                tracing::warn!(image = %self.image, store = %copy.store, reason = %errors::with_causes(&error), "temporary data was left behind");
            }
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
            let grant = total.next_multiple_of(STEP).min(self.limit);
            self.grant(grant).await?;
        }
        self.total = total;
        Ok(())
    }

    /// All or nothing: every live copy gets the room and the owner pays once.
    async fn grant(&mut self, grant: u64) -> Result<()> {
        let owner = self.owner;
        let mut charged = false;
        for copy in self.copies.iter_mut().filter(|copy| copy.writer.is_some()) {
            let (id, charge) = (copy.location, !charged);
            let granted = self
                .app
                .catalog()
                .write(move |tx| {
                    Box::pin(async move {
                        let added = location::grow(tx, id, ByteCount(grant)).await?;
                        if charge {
                            project::charge(tx, owner, 0, added.0).await?;
                        }
                        Ok(())
                    })
                })
                .await;
            match granted {
                Ok(()) => charged = true,
                Err(error @ Error::QuotaExceeded { .. }) => return Err(error),
                Err(error) => {
                    copy.writer = None;
                    copy.failure = Some(error);
                }
            }
        }
        self.granted = grant;
        self.after_a_failure()
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

impl Copy {
    fn give_up(&mut self, error: gaze_blob::BlobError) {
        self.writer = None;
        self.failure = Some(errors::blob(self.store, error));
    }
}

async fn open_writer(
    app: &App,
    location: &Location,
    expected: Option<u64>,
) -> Result<Box<dyn Writer>> {
    let blobs = app.blobs(location.store).await?;
    let key = Key::parse(&location.key).map_err(|error| Error::internal("naming a blob", error))?;
    let failed = |error| errors::blob(location.store, error);
    blobs.delete(&key).await.map_err(failed)?;
    let options = WriteOptions {
        expected_len: expected,
        digests: DigestSet::MD5_SHA256,
    };
    blobs.writer(&key, options).await.map_err(failed)
}

fn too_large(limit: u64) -> Error {
    Error::TooLarge {
        what: "the image".into(),
        limit: ByteCount(limit),
    }
}

/// The content decides. A declaration that contradicts it is refused, since whoever declared it
/// expects something else; formats without a mark of their own are believed if the content shows
/// none either.
fn agreed_format(declared: Option<DiskFormat>, inspection: &Inspection) -> Result<DiskFormat> {
    let content = super::disk::domain_format(inspection.format);
    match declared {
        None => Ok(content),
        Some(declared) if declared == content => Ok(declared),
        Some(
            declared @ (DiskFormat::Aki
            | DiskFormat::Ari
            | DiskFormat::Ami
            | DiskFormat::Ploop
            | DiskFormat::Zvhd
            | DiskFormat::Zvhd2),
        ) if content == DiskFormat::Raw => Ok(declared),
        Some(declared) => Err(Error::refused(format!(
            "it was declared to be {declared}, but its content is {content}"
        ))),
    }
}

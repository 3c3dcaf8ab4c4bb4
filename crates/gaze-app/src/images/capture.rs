//! An image from a machine's volume.

use gaze_catalog::{image, instance, pool, snapshot, tag, volume};
use gaze_domain::tag::{GUEST_AGENT, tells_of_guest};
use gaze_domain::{
    Architecture, Caller, DiskFormat, Error, Firmware, Image, ImageId, Instance, Media, Noun,
    Result, Snapshot, Transition, Volume,
};
use gaze_jobs::{BoxFuture, Ctx, Failure, Handler};
use serde_json::{Value, json};

use super::stores::Need;
use super::transfer::Transfer;
use super::upload::judged;
use crate::App;
use crate::ingest::{Aftermath, DiskReader, Intake, Landed, Matter, Rule, open_volume};
use crate::requests::{Capture, CaptureSource, NewImage, Started};
use crate::work::WorkKind;

impl App {
    /// Makes an image and a job that reads a volume's or a snapshot's data into it: flattened along
    /// the backing chain, holes left out, in the disk's own format. A volume that a running machine
    /// writes to is refused; a snapshot is not written to, whatever its machine does. One of
    /// several named stores is enough; a capture that fails leaves nothing.
    ///
    /// What is not said of a root disk is taken from the machine, as ZStack does; nothing is taken
    /// for a data disk.
    pub async fn capture_image(
        &self,
        caller: &Caller,
        new: NewImage,
        capture: Capture,
    ) -> Result<Started> {
        let source = match capture.source {
            CaptureSource::Volume(id) => self.known_volume(caller, id).await?,
            CaptureSource::Snapshot(id) => {
                let snapshot = self.known_snapshot(caller, id).await?;
                self.as_it_was(&snapshot).await?
            }
        };
        let mut read = self.catalog().read();
        let machine = match source.instance {
            Some(id) => instance::find(&mut read, id).await?,
            None if capture.attached => return Err(attached_to_nothing(&source)),
            None => None,
        };
        let machine = machine.filter(|_| new.media == Media::RootDisk);
        let home = pool::get(&mut read, source.pool).await?;
        if !home.enabled {
            return Err(Error::Unreachable {
                noun: Noun::Pool,
                id: home.id.hex(),
                reason: "it is disabled".into(),
            });
        }
        let bytes = self.chain_bytes(&source).await?;
        let mut new = new_as(new, machine.as_ref());
        if let Some(machine) = &machine {
            let said = tag::of_subject(&mut read, machine.id.uuid()).await?;
            let mut of_guest: Vec<String> = said.into_iter().map(|tag| tag.text).collect();
            of_guest.retain(|text| tells_of_guest(text));
            // The machine knows better which tools its guest has.
            if of_guest.iter().any(|text| text != GUEST_AGENT) {
                new.tags
                    .retain(|text| text == GUEST_AGENT || !tells_of_guest(text));
            }
            new.tags.extend(of_guest);
        }
        let mut made = self.new_image(caller, new, capture.source.url())?;
        made.format = Some(source.format);
        made.virtual_size = Some(source.size);
        if let Some(machine) = &machine {
            made.architecture = Some(machine.architecture);
            if machine.architecture == Architecture::Aarch64 {
                made.firmware = Some(Firmware::Uefi);
            }
        }
        let need = Need {
            bytes,
            pool: Some((home.zone, home.kind)),
            rule: Rule::One,
        };
        let stores = self.choose_stores(&capture.stores, need).await?;
        let begun = Transfer {
            image: made,
            bytes,
            stores,
            begin: Transition::BEGIN_CAPTURE,
            kind: WorkKind::Capture,
            job: capture.job,
            payload: capture.source.payload(),
            missed: None,
        };
        self.begin_transfer(begun).await
    }

    async fn as_it_was(&self, snapshot: &Snapshot) -> Result<Volume> {
        let found = volume::find(&mut self.catalog().read(), snapshot.volume).await?;
        let volume = found.ok_or_else(|| Error::not_found(Noun::Volume, snapshot.volume))?;
        Ok(snapshot.of(&volume))
    }

    /// An estimate of what a capture will take: the whole disk if it is raw; else what the files
    /// of the chain take, at most the disk's own size. Fails if the disk cannot be read now, so
    /// that the caller hears it at once and not from the job.
    async fn chain_bytes(&self, source: &Volume) -> Result<u64> {
        let (folders, source) = (self.disks().clone(), source.clone());
        let opened = self.tasks().spawn_blocking(move || {
            let disk = open_volume(folders, &source)?;
            if source.format == DiskFormat::Raw {
                return Ok(disk.virtual_size());
            }
            let files = disk.chain().iter().map(|link| link.allocated_bytes);
            Ok(files.sum::<u64>().min(disk.virtual_size()))
        });
        opened
            .await
            .map_err(|error| Error::internal("opening a volume", error))?
    }

    async fn run_capture(&self, ctx: &Ctx) -> Result<()> {
        let id: ImageId = ctx.job.subject.parse()?;
        let mut read = self.catalog().read();
        let image = image::get(&mut read, id).await?;
        let source = match CaptureSource::read(&ctx.job.payload)? {
            CaptureSource::Volume(id) => {
                let found = volume::find(&mut read, id).await?;
                found.ok_or_else(|| Error::not_found(Noun::Volume, id))?
            }
            CaptureSource::Snapshot(id) => {
                let found = snapshot::find(&mut read, id).await?;
                let found = found.ok_or_else(|| Error::not_found(Noun::Snapshot, id))?;
                self.as_it_was(&found).await?
            }
        };
        ctx.stage("reading");
        let landed = self.read_into(ctx, &image, source).await?;
        self.end_transfer(ctx, id, landed).await
    }

    async fn read_into(&self, ctx: &Ctx, image: &Image, source: Volume) -> Result<Landed> {
        let stop = ctx.cancel_token();
        let mut reader = DiskReader::start(self, source, stop.clone()).await?;
        let total = reader.total;
        let mut intake =
            Intake::open(self, image, &image.locations, Rule::One, Some(total)).await?;
        ctx.progress(0, Some(total));
        let poured = async {
            loop {
                let next = tokio::select! {
                    next = reader.next() => next?,
                    () = stop.cancelled() => return Err(Error::Cancelled),
                };
                match next {
                    Some(Matter::Data(bytes)) => intake.data(bytes).await?,
                    Some(Matter::Zeros(len)) => intake.zeros(len).await?,
                    None => return Ok(()),
                }
                ctx.progress(intake.total(), Some(total));
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
}

/// What is not said of the new image is taken from the machine, as ZStack does; whether its disks
/// are virtio is always the machine's own fact. So are the tags that tell of its guest, which come
/// beside the image's own.
fn new_as(mut new: NewImage, machine: Option<&Instance>) -> NewImage {
    if let Some(machine) = machine {
        new.platform.get_or_insert(machine.platform);
        new.virtio = machine.virtio;
        if new.os.guest_type.is_none() {
            new.os.guest_type.clone_from(&machine.guest_os);
        }
        new.firmware = new.firmware.or(machine.firmware);
    }
    new
}

fn attached_to_nothing(volume: &Volume) -> Error {
    Error::WrongState {
        noun: Noun::Volume,
        id: volume.id.hex(),
        state: "attached to no machine".into(),
        needed: "attach it to one first".into(),
    }
}

impl CaptureSource {
    /// Where the image is said to come from, in ZStack's words.
    fn url(self) -> String {
        match self {
            Self::Volume(id) => format!("volume://{id}"),
            Self::Snapshot(id) => format!("volumeSnapshot://{id}"),
        }
    }

    fn payload(self) -> Value {
        match self {
            Self::Volume(id) => json!({ "volume": id.hex() }),
            Self::Snapshot(id) => json!({ "snapshot": id.hex() }),
        }
    }

    /// What a capture's job reads.
    pub(crate) fn read(payload: &Value) -> Result<Self> {
        match (payload["volume"].as_str(), payload["snapshot"].as_str()) {
            (Some(id), _) => Ok(Self::Volume(id.parse()?)),
            (None, Some(id)) => Ok(Self::Snapshot(id.parse()?)),
            (None, None) => Err(Error::internal(
                "reading what a job is to do",
                payload.to_string(),
            )),
        }
    }
}

/// Runs captures.
#[derive(Debug)]
pub(crate) struct CaptureHandler(pub(crate) App);

impl Handler for CaptureHandler {
    fn kind(&self) -> &'static str {
        WorkKind::Capture.as_str()
    }

    fn run<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            self.0
                .run_capture(ctx)
                .await
                .map_err(|error| judged(&error))
        })
    }

    fn rollback<'a>(
        &'a self,
        ctx: &'a Ctx,
        error: &'a Value,
    ) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(self.0.roll_back(ctx, Aftermath::Remove, error))
    }
}

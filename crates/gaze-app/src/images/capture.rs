//! An image from a machine's volume.

use gaze_catalog::{image, instance, pool, volume};
use gaze_domain::{
    Caller, DiskFormat, Error, Image, ImageId, Instance, Noun, Result, Transition, Volume,
};
use gaze_jobs::{BoxFuture, Ctx, Failure, Handler};
use serde_json::{Value, json};

use super::stores::Need;
use super::transfer::Transfer;
use super::upload::judged;
use crate::App;
use crate::ingest::{Aftermath, DiskReader, Intake, Landed, Matter, Rule, open_volume};
use crate::requests::{Capture, NewImage, Started};
use crate::work::WorkKind;

impl App {
    /// Makes an image and a job that reads the volume's data into it: flattened along its backing
    /// chain, holes left out, in the volume's own format. A volume that a running machine writes
    /// to is refused. One of several named stores is enough; a capture that fails leaves nothing.
    pub async fn capture_image(
        &self,
        caller: &Caller,
        new: NewImage,
        capture: Capture,
    ) -> Result<Started> {
        let source = self.known_volume(caller, capture.volume).await?;
        let mut read = self.catalog().read();
        let machine = match source.instance {
            Some(id) => instance::find(&mut read, id).await?,
            None => None,
        };
        let home = pool::get(&mut read, source.pool).await?;
        let bytes = self.chain_bytes(&source).await?;
        let mut made =
            self.new_image(caller, new_as(new, machine.as_ref()), source_url(&source))?;
        made.format = Some(source.format);
        made.virtual_size = Some(source.size);
        if let Some(machine) = &machine {
            made.architecture = Some(machine.architecture);
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
            payload: json!({ "volume": source.id.hex() }),
        };
        self.begin_transfer(begun).await
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
        let wanted = ctx.job.payload["volume"].as_str().unwrap_or_default();
        let source = match gaze_domain::VolumeId::parse(wanted) {
            Some(id) => volume::find(&mut read, id).await?,
            None => None,
        };
        let source = source.ok_or_else(|| Error::not_found(Noun::Volume, wanted))?;
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
/// are virtio is always the machine's own fact.
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

fn source_url(source: &Volume) -> String {
    format!("volume://{}", source.id)
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

//! Reading a disk, out as a stream of data and holes: a volume, through the gate to the operator's
//! folders and along its backing chain, or an image in a store, which stands alone.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use gaze_compute::{ComputeError, Folders};
use gaze_disk::{
    BackingFormat, Disk, DiskError, FileSource, Format, OpenError, Opener, Qcow2Plan, Sink,
};
use gaze_domain::{DiskFormat, Error, Result, Volume};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{App, errors};

/// Pieces in flight between the thread that reads and the task that writes.
const QUEUE: usize = 8;

/// Most zeros of one piece: they are hashed like any bytes, and between two pieces a job looks
/// whether it was cancelled.
const ZEROS_AT_ONCE: u64 = 16 << 20;

/// A piece of an image.
#[derive(Debug)]
pub(crate) enum Matter {
    Data(Bytes),
    Zeros(u64),
}

/// Opens every file of a chain through the gate, and remembers why one was refused.
struct Gate {
    folders: Folders,
    /// Whether files are locked against being written to.
    locks: bool,
    refusal: Mutex<Option<ComputeError>>,
}

impl Opener for Gate {
    fn open(&self, path: &Path) -> std::result::Result<File, OpenError> {
        let opened = if self.locks {
            self.folders.open_for_read(path)
        } else {
            self.folders.open_to_look(path)
        };
        opened.map_err(|error| {
            let text = error.to_string();
            *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            OpenError::new(text)
        })
    }
}

/// Opens a volume's disk with its backing chain, locked against a machine that would write to it.
/// A file below whose format is not recorded is refused, since its guest could have written a
/// header into it that makes it another format. Blocks; run it off the async threads.
pub(crate) fn open_volume(folders: Folders, volume: &Volume) -> Result<Disk> {
    open(folders, volume, true)
}

/// The same without locks, for looking at the files of the chain while a machine runs. Data must
/// not be read. Blocks.
pub(crate) fn look_at_volume(folders: Folders, volume: &Volume) -> Result<Disk> {
    open(folders, volume, false)
}

fn open(folders: Folders, volume: &Volume, locks: bool) -> Result<Disk> {
    let format = match volume.format {
        DiskFormat::Raw => Format::Raw,
        DiskFormat::Qcow2 => Format::Qcow2,
        other => {
            let reason = format!("volumes of format {other} cannot be read yet");
            return Err(Error::invalid("volume", reason));
        }
    };
    let gate = Gate {
        folders,
        locks,
        refusal: Mutex::new(None),
    };
    Disk::open(
        &gate,
        Path::new(&volume.path),
        format,
        BackingFormat::Recorded,
    )
    .map_err(|error| {
        match gate
            .refusal
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
        {
            Some(refusal) => errors::volume(volume.id, refusal),
            None => unreadable(volume, &error),
        }
    })
}

/// Refuses a qcow2 file whose tables or data clusters do not all lie in it: what passes by as a
/// stream shows its header, not whether it was cut short. Reads the tables only. Blocks.
pub(crate) fn check_whole(path: &Path) -> Result<()> {
    let cut = |error: &DiskError| Error::refused(errors::with_causes(error));
    let failed = |error| Error::internal("reading a blob again", error);
    let source = FileSource::new(File::open(path).map_err(failed)?).map_err(failed)?;
    let disk = Disk::from_qcow2_source(Box::new(source)).map_err(|error| cut(&error))?;
    let mut offset = 0;
    while offset < disk.virtual_size() {
        let rest = disk.virtual_size() - offset;
        let extent = disk.map(offset, rest).map_err(|error| cut(&error))?;
        offset += extent.len.max(1);
    }
    Ok(())
}

fn unreadable(volume: &Volume, error: &DiskError) -> Error {
    let text = errors::with_causes(error);
    tracing::warn!(volume = %volume.id, reason = %text, "volume cannot be read");
    Error::refused(format!("volume {} cannot be read: {text}", volume.id))
}

/// A thread that reads a whole disk, flattened: in the volume's own format, or in the one that an
/// export is to have.
#[derive(Debug)]
pub(crate) struct DiskReader {
    pieces: mpsc::Receiver<Result<Matter>>,
    /// Bytes that will come, holes included.
    pub(crate) total: u64,
}

impl DiskReader {
    /// Lays out the result and begins to read. `stop` ends the thread early.
    pub(crate) async fn start(app: &App, volume: Volume, stop: CancellationToken) -> Result<Self> {
        let folders = app.disks().clone();
        Self::launch(app, stop, move || prepare(folders, volume)).await
    }

    /// Begins to read a blob that holds an image of the format `from`, as a disk of the format
    /// `to`: both are raw or qcow2.
    pub(crate) async fn convert(
        app: &App,
        blob: PathBuf,
        (from, to): (DiskFormat, DiskFormat),
        stop: CancellationToken,
    ) -> Result<Self> {
        Self::launch(app, stop, move || prepare_blob(&blob, from, to)).await
    }

    async fn launch(
        app: &App,
        stop: CancellationToken,
        prepare: impl FnOnce() -> Result<Work> + Send + 'static,
    ) -> Result<Self> {
        let prepared = app.tasks().spawn_blocking(prepare);
        let work = prepared
            .await
            .map_err(|error| Error::internal("opening a disk", error))??;
        let total = work.total();
        let (sender, pieces) = mpsc::channel(QUEUE);
        app.tasks().spawn_blocking(move || {
            let mut sink = Pipe {
                sender: sender.clone(),
                stop,
            };
            if let Err(error) = work.run(&mut sink) {
                // Nobody listens any more if this fails, so nobody needs to know.
                drop(sender.blocking_send(Err(error)));
            }
        });
        Ok(Self { pieces, total })
    }

    /// The next piece; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Matter>> {
        self.pieces.recv().await.transpose()
    }
}

/// A disk, how it is written, and what is told when it cannot be read.
struct Work {
    disk: Disk,
    /// Without one, it is written raw.
    plan: Option<Qcow2Plan>,
    explain: Box<dyn Fn(&DiskError) -> Error + Send>,
}

fn prepare(folders: Folders, volume: Volume) -> Result<Work> {
    let disk = open_volume(folders, &volume)?;
    let format = volume.format;
    Work::new(disk, format, move |error| unreadable(&volume, error))
}

fn prepare_blob(blob: &Path, from: DiskFormat, to: DiskFormat) -> Result<Work> {
    let explain = |error: &DiskError| Error::refused(errors::with_causes(error));
    let failed = |error| Error::internal("reading a blob as a disk", error);
    let source = FileSource::new(File::open(blob).map_err(failed)?).map_err(failed)?;
    let disk = match from {
        DiskFormat::Raw => Disk::from_source(Box::new(source)),
        DiskFormat::Qcow2 => {
            Disk::from_qcow2_source(Box::new(source)).map_err(|error| explain(&error))?
        }
        other => {
            let reason = format!("an image of format {other} cannot be read as a disk yet");
            return Err(Error::invalid("format", reason));
        }
    };
    Work::new(disk, to, explain)
}

impl Work {
    fn new(
        disk: Disk,
        format: DiskFormat,
        explain: impl Fn(&DiskError) -> Error + Send + 'static,
    ) -> Result<Self> {
        let plan = match format {
            DiskFormat::Raw => None,
            _ => Some(Qcow2Plan::new(&disk).map_err(|error| explain(&error))?),
        };
        let explain = Box::new(explain);
        Ok(Self {
            disk,
            plan,
            explain,
        })
    }

    fn total(&self) -> u64 {
        match &self.plan {
            None => self.disk.virtual_size(),
            Some(plan) => plan.total_len(),
        }
    }

    fn run(self, sink: &mut Pipe) -> Result<()> {
        let done = match &self.plan {
            None => gaze_disk::write_raw(&self.disk, sink, &mut |_| {}),
            Some(plan) => plan.write(&self.disk, sink, &mut |_| {}),
        };
        match done {
            Ok(()) => Ok(()),
            Err(_) if sink.stop.is_cancelled() => Err(Error::Cancelled),
            Err(error) => Err((self.explain)(&error)),
        }
    }
}

/// Hands what the reader produces to the task that writes it.
struct Pipe {
    sender: mpsc::Sender<Result<Matter>>,
    stop: CancellationToken,
}

impl Pipe {
    fn send(&mut self, matter: Matter) -> std::result::Result<(), DiskError> {
        if self.stop.is_cancelled() || self.sender.blocking_send(Ok(matter)).is_err() {
            return Err(DiskError::Cancelled);
        }
        Ok(())
    }
}

impl Sink for Pipe {
    fn data(&mut self, bytes: &[u8]) -> std::result::Result<(), DiskError> {
        self.send(Matter::Data(Bytes::copy_from_slice(bytes)))
    }

    fn zeros(&mut self, mut len: u64) -> std::result::Result<(), DiskError> {
        while len > 0 {
            let part = len.min(ZEROS_AT_ONCE);
            self.send(Matter::Zeros(part))?;
            len -= part;
        }
        Ok(())
    }
}

pub(crate) fn domain_format(format: Format) -> DiskFormat {
    match format {
        Format::Raw => DiskFormat::Raw,
        Format::Qcow2 => DiskFormat::Qcow2,
        Format::Vmdk => DiskFormat::Vmdk,
        Format::Vhd => DiskFormat::Vhd,
        Format::Vhdx => DiskFormat::Vhdx,
        Format::Vdi => DiskFormat::Vdi,
        Format::Iso => DiskFormat::Iso,
    }
}

//! Virtual machines and their volumes, as an operator registers them. Their files are read, never
//! changed; a machine that changes its image gets a new one.

mod disk_of_image;
mod instances;
mod kept;
mod reimage;
mod snapshots;
mod sparse;
mod volumes;

pub(crate) use kept::KeptMachines;
pub(crate) use reimage::ReimageHandler;

use std::path::Path;

use gaze_compute::LockState;
use gaze_disk::{Disk, Format};
use gaze_domain::{
    ByteCount, DiskFormat, Error, InstanceState, PoolId, ProjectId, Result, Volume, VolumeId,
    VolumeRole,
};

use crate::{App, errors};

/// What a new volume is to be.
struct Registration {
    name: String,
    owner: ProjectId,
    pool: PoolId,
    role: VolumeRole,
    path: std::path::PathBuf,
    format: Option<DiskFormat>,
}

impl App {
    /// Looks at a disk and describes it as a volume. The disk may be in use: only its sizes and
    /// the head of its file are read.
    async fn describe_volume(&self, new: Registration) -> Result<Volume> {
        let folders = self.disks().clone();
        let (id, now) = (VolumeId::new(self.new_uuid()), self.now());
        let looked = self.tasks().spawn_blocking(move || {
            let real = folders
                .check(&new.path)
                .map_err(|error| errors::path("disk", error))?;
            let seen = folders
                .inspect(&real)
                .map_err(|error| errors::path("disk", error))?;
            let format = match new.format {
                Some(format) => format,
                None => format_of(&real)?,
            };
            let size = virtual_size(&real, format, seen.file_bytes)?;
            Ok(Volume {
                id,
                owner: new.owner,
                pool: new.pool,
                instance: None,
                image: None,
                last_instance: None,
                detached_at: None,
                name: new.name,
                role: new.role,
                format,
                path: real.display().to_string(),
                size: ByteCount(size),
                allocated: ByteCount(seen.allocated_bytes),
                created_at: now,
                updated_at: now,
            })
        });
        looked
            .await
            .map_err(|error| Error::internal("looking at a disk", error))?
    }

    /// What a machine does, told from the lock that QEMU holds on its root disk.
    pub(crate) async fn observe(&self, root: Option<Volume>) -> InstanceState {
        let Some(root) = root else {
            return InstanceState::Unknown;
        };
        let folders = self.disks().clone();
        let seen = self
            .tasks()
            .spawn_blocking(move || folders.inspect(Path::new(&root.path)))
            .await;
        match seen {
            Ok(Ok(disk)) => match disk.lock {
                LockState::InUseForWriting => InstanceState::Running,
                LockState::Free | LockState::ReadShared => InstanceState::Stopped,
            },
            Ok(Err(_)) | Err(_) => InstanceState::Unknown,
        }
    }
}

/// The format that a trusted disk's own head tells.
fn format_of(path: &Path) -> Result<DiskFormat> {
    use std::io::Read as _;
    let failed = |error| Error::internal("reading the head of a disk", error);
    let mut head = Vec::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(gaze_disk::IDENTIFY_BYTES as u64)
        .read_to_end(&mut head)
        .map_err(failed)?;
    match gaze_disk::identify(&head) {
        Format::Qcow2 => Ok(DiskFormat::Qcow2),
        Format::Raw | Format::Iso => Ok(DiskFormat::Raw),
        other => {
            let reason = format!("is of format {other}; volumes are raw or qcow2");
            Err(Error::invalid("disk", reason))
        }
    }
}

/// The size that a guest sees. A qcow2's own header tells it, without opening its chain.
fn virtual_size(path: &Path, format: DiskFormat, file_bytes: u64) -> Result<u64> {
    match format {
        DiskFormat::Raw => Ok(file_bytes),
        DiskFormat::Qcow2 => Disk::qcow2_virtual_size(path)
            .map_err(|error| Error::invalid("disk", errors::with_causes(&error))),
        other => Err(Error::invalid(
            "disk_format",
            format!("volumes are not of format {other}"),
        )),
    }
}

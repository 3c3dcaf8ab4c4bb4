//! The gate: which files of this host may be opened at all.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use rustix::fd::OwnedFd;
use rustix::fs::{FileType, Mode, OFlags, Stat, fstat, open, openat};
use rustix::io::Errno;

use crate::disk::{InstanceDisk, InstanceState};
use crate::error::ComputeError;
use crate::folder::Folder;
use crate::lock::{LockState, LockedFile, state_of};

/// Unit of `st_blocks`, in bytes, whatever the file system's own block is (stat(2)).
const STAT_BLOCK_BYTES: u64 = 512;

/// The folders an operator allowed. Only regular files below them are opened, and block devices
/// where that was allowed too.
///
/// Paths come from other people. Symbolic links and `..` are resolved first, and what then lies
/// outside is refused. Opening follows the resolved path folder by folder without following any
/// link, so a path that is changed meanwhile is refused rather than followed.
#[derive(Clone, Debug)]
pub struct Folders {
    roots: Vec<PathBuf>,
    block_devices: bool,
}

impl Folders {
    /// A gate to the folders `roots`, each with all that is below it. A root may be missing, or a
    /// symbolic link; it is looked at anew each time. No root: nothing is allowed.
    pub fn new(roots: impl IntoIterator<Item = PathBuf>) -> Self {
        Self {
            roots: roots.into_iter().collect(),
            block_devices: false,
        }
    }

    /// The same gate, open also to block devices below its folders.
    #[must_use]
    pub fn with_block_devices(self) -> Self {
        Self {
            block_devices: true,
            ..self
        }
    }

    /// The allowed folders, as they were named.
    pub(crate) fn roots(&self) -> &[PathBuf] {
        &self.roots
    }

    /// The real path of `path`, absolute and without symbolic links, if it lies in an allowed
    /// folder. A relative path is outside.
    pub fn check(&self, path: &Path) -> Result<PathBuf, ComputeError> {
        self.resolve(path).map(|(real, _root)| real)
    }

    /// Opens the file at `path` for reading and locks it against being written to, as
    /// [`LockedFile::open_shared`] does. The lock lives as long as the file or a duplicate of it.
    pub fn open_for_read(&self, path: &Path) -> Result<File, ComputeError> {
        let (file, real) = self.open(path)?;
        LockedFile::lock(file, &real).map(LockedFile::into_file)
    }

    /// Opens the file at `path` for reading without a lock: a running machine may change it at any
    /// moment. For heads and tables, not for data.
    pub fn open_to_look(&self, path: &Path) -> Result<File, ComputeError> {
        self.open(path).map(|(file, _real)| file)
    }

    /// The facts of the disk at `path`. Takes no lock.
    pub fn inspect(&self, path: &Path) -> Result<InstanceDisk, ComputeError> {
        let (file, real) = self.open(path)?;
        let metadata = file
            .metadata()
            .map_err(|error| ComputeError::io("look at", &real, error))?;
        let lock = state_of(&file, &real)?;
        Ok(InstanceDisk {
            file_bytes: metadata.len(),
            allocated_bytes: metadata.blocks().saturating_mul(STAT_BLOCK_BYTES),
            lock,
            path: real,
        })
    }

    /// Whether the instance with these disks runs: one of them may be written to by someone.
    /// Every disk must be there and allowed.
    pub fn probe_instance<'a>(
        &self,
        disks: impl IntoIterator<Item = &'a Path>,
    ) -> Result<InstanceState, ComputeError> {
        let mut state = InstanceState::Stopped;
        for disk in disks {
            if self.inspect(disk)?.lock == LockState::InUseForWriting {
                state = InstanceState::Running;
            }
        }
        Ok(state)
    }

    /// Opens the folder at `path`, in which files are to be made: an allowed folder or one below.
    pub fn open_folder(&self, path: &Path) -> Result<Folder, ComputeError> {
        let (real, root) = self.resolve(path)?;
        let failed = |errno: Errno| match errno {
            Errno::NOENT => ComputeError::NotFound {
                path: path.to_owned(),
            },
            Errno::LOOP | Errno::NOTDIR => ComputeError::OutsideAllowedFolders {
                path: path.to_owned(),
            },
            _ => ComputeError::io("open the folder", &real, errno),
        };
        let inside = real.strip_prefix(&root).unwrap_or(Path::new(""));
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | PLAIN;
        let opened = match descend(&root, inside).map_err(failed)? {
            Some((above, name)) => openat(&above, name, flags, Mode::empty()),
            None => open(&root, flags, Mode::empty()),
        };
        Ok(Folder::new(opened.map_err(failed)?, real))
    }

    /// The real path of `path` and the real root that it lies in.
    fn resolve(&self, path: &Path) -> Result<(PathBuf, PathBuf), ComputeError> {
        let outside = || ComputeError::OutsideAllowedFolders {
            path: path.to_owned(),
        };
        if !path.is_absolute() {
            return Err(outside());
        }
        let error = match fs::canonicalize(path) {
            Ok(real) => {
                let root = self.root_of(&real).ok_or_else(outside)?;
                return Ok((real, root));
            }
            Err(error) => error,
        };
        // What is missing or unreadable outside must look like anything else outside.
        let reached = path
            .ancestors()
            .find_map(|ancestor| fs::canonicalize(ancestor).ok());
        if reached.and_then(|reached| self.root_of(&reached)).is_none() {
            return Err(outside());
        }
        Err(match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ComputeError::NotFound {
                path: path.to_owned(),
            },
            _ => ComputeError::io("resolve", path, error),
        })
    }

    /// The first allowed folder that the real path `real` is or lies in.
    fn root_of(&self, real: &Path) -> Option<PathBuf> {
        let roots = self
            .roots
            .iter()
            .filter_map(|root| fs::canonicalize(root).ok());
        roots.into_iter().find(|root| real.starts_with(root))
    }

    /// The file at `path`, open for reading, and its real path.
    fn open(&self, path: &Path) -> Result<(File, PathBuf), ComputeError> {
        let (real, root) = self.resolve(path)?;
        let failed = |errno: Errno| match errno {
            Errno::NOENT => ComputeError::NotFound {
                path: path.to_owned(),
            },
            // A folder of the resolved path has become a link.
            Errno::LOOP | Errno::NOTDIR => ComputeError::OutsideAllowedFolders {
                path: path.to_owned(),
            },
            _ => ComputeError::io("open", &real, errno),
        };
        let inside = real.strip_prefix(&root).unwrap_or(Path::new(""));
        let Some((folder, name)) = descend(&root, inside).map_err(failed)? else {
            return Err(ComputeError::NotARegularFile {
                path: path.to_owned(),
            });
        };
        // Opening a pipe or a device may do something, so what it is comes first.
        let place = openat(&folder, name, OFlags::PATH | PLAIN, Mode::empty()).map_err(failed)?;
        let seen = fstat(&place).map_err(failed)?;
        let allowed = match FileType::from_raw_mode(seen.st_mode) {
            FileType::RegularFile => true,
            FileType::BlockDevice => self.block_devices,
            FileType::Symlink => {
                return Err(ComputeError::OutsideAllowedFolders {
                    path: path.to_owned(),
                });
            }
            _ => false,
        };
        if !allowed {
            return Err(ComputeError::NotARegularFile {
                path: path.to_owned(),
            });
        }
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | PLAIN;
        let file = openat(&folder, name, flags, Mode::empty()).map_err(failed)?;
        if !is_same(&seen, &fstat(&file).map_err(failed)?) {
            return Err(ComputeError::NotFound {
                path: path.to_owned(),
            });
        }
        Ok((file.into(), real))
    }
}

/// What every opening asks for: no link followed, nothing inherited by child processes.
const PLAIN: OFlags = OFlags::NOFOLLOW.union(OFlags::CLOEXEC);

/// Opens the folder that holds the last part of `inside`, from `root` on part by part; `None` if
/// `inside` has no part that is a name.
fn descend<'a>(
    root: &Path,
    inside: &'a Path,
) -> Result<Option<(OwnedFd, &'a std::ffi::OsStr)>, Errno> {
    let mut parts = inside.components().peekable();
    let folder_flags = OFlags::PATH | OFlags::DIRECTORY | PLAIN;
    let mut folder = open(root, folder_flags, Mode::empty())?;
    while let Some(Component::Normal(name)) = parts.next() {
        if parts.peek().is_none() {
            return Ok(Some((folder, name)));
        }
        folder = openat(&folder, name, folder_flags, Mode::empty())?;
    }
    Ok(None)
}

fn is_same(a: &Stat, b: &Stat) -> bool {
    a.st_dev == b.st_dev && a.st_ino == b.st_ino
}

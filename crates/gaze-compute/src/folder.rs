//! A folder in which files may be made: new ones only, never over one that is there.

use std::fs::File;
use std::io;
use std::os::unix::fs::fchown;
use std::path::{Path, PathBuf};

use rustix::fd::{AsFd as _, OwnedFd};
use rustix::fs::{
    AtFlags, Mode, OFlags, fchmod, fstat, fstatvfs, fsync, linkat, mkdirat, openat, statat,
    unlinkat,
};
use rustix::io::Errno;

use crate::error::ComputeError;

/// Permission bits of a mode, without the kind of file (inode(7)).
const PERMISSIONS: u32 = 0o777;

/// An open folder. All names below are single parts: no slash, not `.` or `..`; links at the end
/// of a name are never followed.
#[derive(Debug)]
pub struct Folder {
    fd: OwnedFd,
    path: PathBuf,
}

impl Folder {
    pub(crate) fn new(fd: OwnedFd, path: PathBuf) -> Self {
        Self { fd, path }
    }

    /// Where the folder really was when it was opened: absolute, without symbolic links.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A folder in this one; made if it is missing, for its owner to write and others to read.
    pub fn subfolder(&self, name: &str) -> Result<Self, ComputeError> {
        let path = self.at(name)?;
        match mkdirat(&self.fd, name, Mode::from_bits_retain(0o755)) {
            Ok(()) => self.sync()?,
            Err(Errno::EXIST) => {}
            Err(errno) => return Err(ComputeError::io("make the folder", &path, errno)),
        }
        self.open_below(name)
    }

    /// A folder in this one, which is there.
    pub fn open_below(&self, name: &str) -> Result<Self, ComputeError> {
        let path = self.at(name)?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = openat(&self.fd, name, flags, Mode::empty()).map_err(|errno| match errno {
            Errno::LOOP | Errno::NOTDIR => {
                ComputeError::OutsideAllowedFolders { path: path.clone() }
            }
            Errno::NOENT => ComputeError::NotFound { path: path.clone() },
            _ => ComputeError::io("open the folder", &path, errno),
        })?;
        Ok(Self { fd, path })
    }

    /// A new, empty file for writing, which only its owner may read. Fails if anything of that
    /// name is there, a dangling link too.
    pub fn create(&self, name: &str) -> Result<File, ComputeError> {
        let path = self.at(name)?;
        let flags = OFlags::RDWR
            | OFlags::CREATE
            | OFlags::EXCL
            | OFlags::NOFOLLOW
            | OFlags::NOCTTY
            | OFlags::CLOEXEC;
        let fd = openat(&self.fd, name, flags, Mode::from_bits_retain(0o600))
            .map_err(|errno| ComputeError::io("make", &path, errno))?;
        Ok(fd.into())
    }

    /// Gives the file `from` the name `to`, and makes that durable. `false`, and nothing done, if
    /// the name is taken. The file's bytes must be durable already.
    pub fn publish(&self, from: &str, to: &str) -> Result<bool, ComputeError> {
        let (old, new) = (self.at(from)?, self.at(to)?);
        // A link fails where a renaming would replace, on every file system of a pool.
        match linkat(&self.fd, from, &self.fd, to, AtFlags::empty()) {
            Ok(()) => {}
            Err(Errno::EXIST) => return Ok(false),
            Err(errno) => return Err(ComputeError::io("name", &new, errno)),
        }
        unlinkat(&self.fd, from, AtFlags::empty())
            .map_err(|errno| ComputeError::io("remove the old name", &old, errno))?;
        self.sync()?;
        Ok(true)
    }

    /// The length in bytes of the regular file of that name; `None` if nothing is there.
    pub fn len_of(&self, name: &str) -> Result<Option<u64>, ComputeError> {
        let path = self.at(name)?;
        match statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(seen) if rustix::fs::FileType::from_raw_mode(seen.st_mode).is_file() => {
                Ok(Some(u64::try_from(seen.st_size).unwrap_or(0)))
            }
            Ok(_) => Err(ComputeError::NotARegularFile { path }),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(ComputeError::io("look at", &path, errno)),
        }
    }

    /// Removes the file of that name, which may be missing.
    pub fn remove(&self, name: &str) -> Result<(), ComputeError> {
        let path = self.at(name)?;
        match unlinkat(&self.fd, name, AtFlags::empty()) {
            Ok(()) => self.sync(),
            Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(ComputeError::io("remove", &path, errno)),
        }
    }

    /// Bytes that an ordinary process may still write to the folder's file system.
    pub fn free_bytes(&self) -> Result<u64, ComputeError> {
        let seen =
            fstatvfs(&self.fd).map_err(|errno| ComputeError::io("measure", &self.path, errno))?;
        Ok(seen.f_bavail.saturating_mul(seen.f_frsize))
    }

    /// Makes the folder's names durable.
    pub fn sync(&self) -> Result<(), ComputeError> {
        fsync(&self.fd).map_err(|errno| ComputeError::io("sync", &self.path, errno))
    }

    fn at(&self, name: &str) -> Result<PathBuf, ComputeError> {
        let path = self.path.join(name);
        let plain = !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\0']);
        if plain {
            Ok(path)
        } else {
            Err(ComputeError::OutsideAllowedFolders { path })
        }
    }
}

/// Lets those who may use `model` use `file` in the same way: its permissions within `mask`, and
/// its owner and group. `false` if the system lets this process give the file to nobody.
pub fn share_like(file: &File, model: &File, mask: u32) -> io::Result<bool> {
    let (seen, own) = (fstat(model)?, fstat(file)?);
    fchmod(
        file.as_fd(),
        Mode::from_bits_retain(seen.st_mode & PERMISSIONS & mask),
    )?;
    if (seen.st_uid, seen.st_gid) == (own.st_uid, own.st_gid) {
        return Ok(true);
    }
    match fchown(file, Some(seen.st_uid), Some(seen.st_gid)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(false),
        Err(error) => Err(error),
    }
}

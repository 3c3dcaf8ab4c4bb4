//! QEMU's image locks: byte-range locks by which processes say how they use a disk image.
//!
//! A process that opens an image takes shared open-file-description locks (fcntl(2), F_OFD_SETLK)
//! on single bytes of the file. A lock on byte `100 + permission` says "I use this permission", one
//! on byte `200 + permission` says "I do not share this permission with others". It then tests for
//! the opposite bytes of others: whoever uses what I do not share, and whoever does not share what
//! I use. Source: QEMU, block/file-posix.c (`RAW_LOCK_PERM_BASE`, `RAW_LOCK_SHARED_BASE`) and
//! include/block/block-common.h (`BLK_PERM_*`).
//!
//! The locks are advisory, bound to the open file and kept by its duplicates. A process that was
//! told not to lock (`file.locking=off`) and one on another host of a file system without locks
//! are not seen.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;
use rustix::fs::OFlags;

use crate::error::ComputeError;

const USED_BASE: i64 = 100;
const UNSHARED_BASE: i64 = 200;

/// A permission of QEMU's block layer, by its bit number.
#[derive(Clone, Copy)]
enum Permission {
    ConsistentRead = 0,
    Write = 1,
    Resize = 3,
}

/// How many permissions there are: those above, WRITE_UNCHANGED (bit 2) and one that older
/// releases knew (GRAPH_MOD, bit 4).
const PERMISSIONS: i64 = 5;

/// How a disk image is used by others, as far as they say so with locks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockState {
    /// By nobody.
    Free,
    /// By some who read it and do not change it, perhaps keeping others from writing to it.
    ReadShared,
    /// By someone who may write to it or resize it.
    InUseForWriting,
}

/// How others use the image at `path`. Takes no lock, so the holder notices nothing.
///
/// The path is taken as it is, without a gate; a symbolic link at its end is refused.
pub fn inspect_lock(path: &Path) -> Result<LockState, ComputeError> {
    state_of(&open_plain(path)?, path)
}

/// How those who have `file` open by another description use it.
pub(crate) fn state_of(file: &File, path: &Path) -> Result<LockState, ComputeError> {
    let taken = |start, len| is_locked_by_others(file, start, len).map_err(test_failed(path));
    for permission in [Permission::Write, Permission::Resize] {
        if taken(used(permission), 1)? {
            return Ok(LockState::InUseForWriting);
        }
    }
    if taken(USED_BASE, PERMISSIONS)? || taken(UNSHARED_BASE, PERMISSIONS)? {
        return Ok(LockState::ReadShared);
    }
    Ok(LockState::Free)
}

/// A file open for reading and locked as by a QEMU that reads it and shares neither WRITE nor
/// RESIZE: no virtual machine can start on the image while this value, or a duplicate of its file,
/// is open.
#[derive(Debug)]
pub struct LockedFile {
    file: File,
    path: PathBuf,
}

impl LockedFile {
    /// Opens and locks the image at `path`. Fails with `InUse` if someone may write to it, or does
    /// not share reading it; others who only read it do no harm.
    ///
    /// The path is taken as it is, without a gate; a symbolic link at its end is refused.
    pub fn open_shared(path: &Path) -> Result<Self, ComputeError> {
        Self::lock(open_plain(path)?, path)
    }

    /// Locks `file`, which is open for reading; `path` is for errors.
    pub(crate) fn lock(file: File, path: &Path) -> Result<Self, ComputeError> {
        // First lock and then test, as QEMU does: of two who come at the same time at least one
        // sees the other.
        for byte in [
            used(Permission::ConsistentRead),
            unshared(Permission::Write),
            unshared(Permission::Resize),
        ] {
            lock_shared(&file, byte)
                .map_err(|error| ComputeError::io("lock the disk image", path, error))?;
        }
        for byte in [
            used(Permission::Write),
            used(Permission::Resize),
            unshared(Permission::ConsistentRead),
        ] {
            if is_locked_by_others(&file, byte, 1).map_err(test_failed(path))? {
                return Err(ComputeError::InUse {
                    path: path.to_owned(),
                });
            }
        }
        Ok(Self {
            file,
            path: path.to_owned(),
        })
    }

    /// The file. Its duplicates (`try_clone`) share the lock.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// The file, which holds the lock until it and every duplicate of it is closed.
    pub fn into_file(self) -> File {
        self.file
    }

    /// Where the file was when it was opened.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn used(permission: Permission) -> i64 {
    USED_BASE + permission as i64
}

fn unshared(permission: Permission) -> i64 {
    UNSHARED_BASE + permission as i64
}

fn test_failed(path: &Path) -> impl Fn(io::Error) -> ComputeError {
    move |error| ComputeError::io("test the locks of the disk image", path, error)
}

/// A description of `len` bytes from `start` for fcntl(2).
fn range(kind: libc::c_int, start: i64, len: i64) -> io::Result<libc::flock> {
    let short = |value: libc::c_int| libc::c_short::try_from(value).map_err(io::Error::other);
    Ok(libc::flock {
        l_type: short(kind)?,
        l_whence: short(libc::SEEK_SET)?,
        l_start: start,
        l_len: len,
        l_pid: 0,
    })
}

fn lock_shared(file: &File, byte: i64) -> io::Result<()> {
    let lock = range(libc::F_RDLCK, byte, 1)?;
    fcntl(file, FcntlArg::F_OFD_SETLK(&lock))?;
    Ok(())
}

/// Whether another open file description holds any lock on these bytes: the kernel is asked
/// whether an exclusive one could be had.
fn is_locked_by_others(file: &File, start: i64, len: i64) -> io::Result<bool> {
    let mut lock = range(libc::F_WRLCK, start, len)?;
    fcntl(file, FcntlArg::F_OFD_GETLK(&mut lock))?;
    Ok(libc::c_int::from(lock.l_type) != libc::F_UNLCK)
}

/// Opens a regular file or block device for reading, without following a symbolic link at its end
/// and without waiting for the other end of a pipe.
fn open_plain(path: &Path) -> Result<File, ComputeError> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    let flags = i32::try_from(flags.bits())
        .map_err(|error| ComputeError::io("open", path, io::Error::other(error)))?;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags)
        .open(path)
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => ComputeError::NotFound {
                path: path.to_owned(),
            },
            _ => ComputeError::io("open", path, error),
        })?;
    let metadata = file
        .metadata()
        .map_err(|error| ComputeError::io("look at", path, error))?;
    if metadata.is_file() || metadata.file_type().is_block_device() {
        return Ok(file);
    }
    Err(ComputeError::NotARegularFile {
        path: path.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_share_and_the_lock_lives_as_long_as_any_duplicate() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("disk");
        std::fs::write(&path, [0; 512]).unwrap();
        assert_eq!(inspect_lock(&path).unwrap(), LockState::Free);
        let first = LockedFile::open_shared(&path).unwrap();
        let second = LockedFile::open_shared(&path).unwrap();
        drop(first);
        let duplicate = second.file().try_clone().unwrap();
        drop(second);
        assert_eq!(inspect_lock(&path).unwrap(), LockState::ReadShared);
        drop(duplicate);
        assert_eq!(inspect_lock(&path).unwrap(), LockState::Free);
    }

    #[test]
    fn whoever_uses_or_keeps_what_we_need_is_seen() {
        let check = |byte: i64, state: LockState, opens: bool| {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("disk");
            std::fs::write(&path, "").unwrap();
            let other = File::open(&path).unwrap();
            lock_shared(&other, byte).unwrap();
            assert_eq!(inspect_lock(&path).unwrap(), state, "byte {byte}");
            let refused = matches!(
                LockedFile::open_shared(&path),
                Err(ComputeError::InUse { .. })
            );
            assert_eq!(!refused, opens, "byte {byte}");
        };
        check(99, LockState::Free, true);
        check(100, LockState::ReadShared, true);
        check(101, LockState::InUseForWriting, false);
        check(102, LockState::ReadShared, true);
        check(103, LockState::InUseForWriting, false);
        check(104, LockState::ReadShared, true);
        check(105, LockState::Free, true);
        check(200, LockState::ReadShared, false);
        check(201, LockState::ReadShared, true);
        check(203, LockState::ReadShared, true);
        check(205, LockState::Free, true);
    }

    #[test]
    fn a_refused_lock_leaves_nothing_locked() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("disk");
        std::fs::write(&path, "").unwrap();
        let other = File::open(&path).unwrap();
        lock_shared(&other, used(Permission::Write)).unwrap();
        assert!(LockedFile::open_shared(&path).is_err());
        drop(other);
        assert_eq!(inspect_lock(&path).unwrap(), LockState::Free);
    }
}

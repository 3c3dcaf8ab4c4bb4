//! How much room the allowed folders have.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::fs::statvfs;

use crate::{ComputeError, Folders};

/// The room of file systems, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// All of it.
    pub total: u64,
    /// What this process may still write.
    pub available: u64,
}

impl Folders {
    /// The room of the file system that a folder is on. The folder must be allowed and there.
    pub fn room(&self, folder: &Path) -> Result<Room, ComputeError> {
        let real = self.check(folder)?;
        if !real.is_dir() {
            return Err(ComputeError::NotFound {
                path: folder.to_owned(),
            });
        }
        measure(&real)
    }

    /// The room of all allowed folders that are there, each file system once.
    pub fn room_of_all(&self) -> Result<Room, ComputeError> {
        let mut all = Room::default();
        let mut devices = Vec::new();
        for root in self.roots() {
            let Ok(seen) = fs::metadata(root) else {
                continue;
            };
            if devices.contains(&seen.dev()) {
                continue;
            }
            devices.push(seen.dev());
            let room = measure(root)?;
            all.total = all.total.saturating_add(room.total);
            all.available = all.available.saturating_add(room.available);
        }
        Ok(all)
    }
}

fn measure(folder: &Path) -> Result<Room, ComputeError> {
    let stat = statvfs(folder).map_err(|errno| ComputeError::io("measure", folder, errno))?;
    Ok(Room {
        total: stat.f_blocks.saturating_mul(stat.f_frsize),
        available: stat.f_bavail.saturating_mul(stat.f_frsize),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_system_counts_once_however_many_folders_are_on_it() {
        let home = tempfile::tempdir().unwrap();
        let (one, other) = (home.path().join("one"), home.path().join("other"));
        fs::create_dir(&one).unwrap();
        fs::create_dir(&other).unwrap();
        let gate = Folders::new([one.clone(), other, home.path().join("missing")]);
        let room = gate.room(&one).unwrap();
        assert!(room.total > 0 && room.available <= room.total, "{room:?}");
        assert_eq!(gate.room_of_all().unwrap().total, room.total);
        assert_eq!(Folders::new([]).room_of_all().unwrap(), Room::default());
    }

    #[test]
    fn what_is_not_allowed_or_no_folder_has_no_room() {
        let home = tempfile::tempdir().unwrap();
        let inside = home.path().join("inside");
        fs::create_dir(&inside).unwrap();
        fs::write(inside.join("file"), "x").unwrap();
        let gate = Folders::new([inside.clone()]);
        assert!(matches!(
            gate.room(home.path()),
            Err(ComputeError::OutsideAllowedFolders { .. })
        ));
        for missing in ["file", "missing"] {
            assert!(matches!(
                gate.room(&inside.join(missing)),
                Err(ComputeError::NotFound { .. })
            ));
        }
    }
}

//! Snapshots of volumes, as an operator registers them.

use std::path::Path;

use gaze_catalog::{snapshot, volume};
use gaze_domain::{
    ByteCount, Caller, Error, Noun, Result, Snapshot, SnapshotId, Volume, VolumeId, image,
};

use super::virtual_size;
use crate::ingest::{domain_format, look_at_volume};
use crate::requests::{NewSnapshot, PlacedSnapshot};
use crate::{App, errors};

impl App {
    /// The snapshots of the caller's project, or all for an administrator.
    pub async fn list_snapshots(&self, caller: &Caller) -> Result<Vec<PlacedSnapshot>> {
        let mut read = self.catalog().read();
        let (snapshots, volumes) = if caller.is_admin() {
            (
                snapshot::list(&mut read).await?,
                volume::list(&mut read).await?,
            )
        } else {
            let owner = caller.project;
            (
                snapshot::list_of(&mut read, owner).await?,
                volume::list_of(&mut read, owner).await?,
            )
        };
        Ok(placed(&snapshots, &volumes))
    }

    /// The snapshots of one volume, the oldest first.
    pub async fn list_volume_snapshots(
        &self,
        caller: &Caller,
        id: VolumeId,
    ) -> Result<Vec<PlacedSnapshot>> {
        let volume = self.known_volume(caller, id).await?;
        let all = snapshot::list_under(&mut self.catalog().read(), volume.id).await?;
        Ok(placed(&all, &[volume]))
    }

    pub async fn get_snapshot(&self, caller: &Caller, id: SnapshotId) -> Result<PlacedSnapshot> {
        let found = self.known_snapshot(caller, id).await?;
        let all = self.list_volume_snapshots(caller, found.volume).await?;
        let own = all.into_iter().find(|placed| placed.snapshot.id == id);
        own.ok_or_else(|| Error::not_found(Noun::Snapshot, id))
    }

    /// Registers a file of the volume's backing chain, below the active one, as a snapshot. The
    /// machine may run: only heads of files are read. Every file of the chain passes the gate.
    ///
    /// Fails with `Invalid` of the field `path` if the file is not in the chain.
    pub async fn add_snapshot(
        &self,
        caller: &Caller,
        id: VolumeId,
        new: NewSnapshot,
    ) -> Result<PlacedSnapshot> {
        caller.must_admin("register a snapshot", Noun::Snapshot)?;
        image::check_name(&new.name)?;
        let found = volume::find(&mut self.catalog().read(), id).await?;
        let source = found.ok_or_else(|| Error::not_found(Noun::Volume, id))?;
        let fresh = SnapshotId::new(self.new_uuid());
        let (folders, now) = (self.disks().clone(), self.now());
        let looked = self.tasks().spawn_blocking(move || -> Result<Snapshot> {
            let at = place_in_chain(&folders, &source, &new.path)?;
            Ok(Snapshot {
                id: new.id.unwrap_or(fresh),
                volume: source.id,
                owner: source.owner,
                name: new.name,
                description: new.description,
                format: at.format,
                path: at.path,
                depth: at.depth,
                size: ByteCount(at.size),
                allocated: ByteCount(at.allocated),
                created_at: now,
                updated_at: now,
            })
        });
        let made = looked
            .await
            .map_err(|error| Error::internal("looking at a snapshot", error))??;
        let id = made.id;
        self.catalog()
            .write(move |tx| Box::pin(async move { snapshot::insert(tx, &made).await }))
            .await?;
        self.get_snapshot(caller, id).await
    }

    /// Forgets a snapshot. Its file is not touched.
    pub async fn remove_snapshot(&self, caller: &Caller, id: SnapshotId) -> Result<()> {
        caller.must_admin("remove a snapshot", Noun::Snapshot)?;
        self.catalog()
            .write(move |tx| Box::pin(async move { snapshot::delete(tx, id).await }))
            .await
    }
}

/// Each snapshot with its volume and its place; those of other volumes are left out.
fn placed(snapshots: &[Snapshot], volumes: &[Volume]) -> Vec<PlacedSnapshot> {
    let place = |snapshot: &Snapshot| {
        let volume = volumes.iter().find(|volume| volume.id == snapshot.volume)?;
        Some(PlacedSnapshot {
            volume: volume.clone(),
            parent: snapshot.parent(snapshots).map(|parent| parent.id),
            latest: snapshot.is_latest(snapshots),
            snapshot: snapshot.clone(),
        })
    };
    snapshots.iter().filter_map(place).collect()
}

struct Place {
    path: String,
    format: gaze_domain::DiskFormat,
    depth: u64,
    size: u64,
    allocated: u64,
}

/// Finds the file among those below the volume's active one. Blocks.
fn place_in_chain(folders: &gaze_compute::Folders, source: &Volume, path: &Path) -> Result<Place> {
    let wanted = folders
        .check(path)
        .map_err(|error| errors::path("path", error))?;
    let disk = look_at_volume(folders.clone(), source)?;
    let chain = disk.chain();
    for (above, link) in chain.iter().enumerate() {
        let real = folders
            .check(&link.path)
            .map_err(|error| errors::volume(source.id, error))?;
        if real != wanted {
            continue;
        }
        if above == 0 {
            let reason = "is the volume's active file, which the machine writes to";
            return Err(Error::invalid("path", reason));
        }
        let seen = folders
            .inspect(&real)
            .map_err(|error| errors::volume(source.id, error))?;
        let format = domain_format(link.format);
        return Ok(Place {
            size: virtual_size(&real, format, seen.file_bytes)?,
            path: real.display().to_string(),
            format,
            depth: (chain.len() - 1 - above) as u64,
            allocated: seen.allocated_bytes,
        });
    }
    let reason = "is no file of the volume's backing chain";
    Err(Error::invalid("path", reason))
}

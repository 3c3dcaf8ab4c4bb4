//! Exporting an image: its bytes under an address that needs no credentials, as they are stored or
//! converted.
//!
//! An export belongs to the image: whoever may change the image may make, see and end its exports,
//! and purging the image ends them all. What is converted is kept in the store of the copy that it
//! was made from, takes room there, and is charged to the image's owner.

mod capability;
mod job;
mod read;
mod remove;

use std::collections::HashMap;
use std::time::Duration;

use gaze_catalog::{Failure as TxFailure, Tx, export, image, store};
use gaze_domain::{
    ByteCount, Caller, DiskFormat, Error, Export, ExportId, ExportState, Image, ImageId, JobId,
    Location, Noun, Result, Status, Store, Timestamp, access,
};
use gaze_jobs::{Class, NewJob};
use serde_json::json;

use super::purge::enqueue_purge;
use crate::App;
use crate::requests::{ExportChoice, Exported, NewExport, StartedExport};
use crate::work::{WorkKind, enqueue_failure, sql};

pub(crate) use capability::Capabilities;
pub use capability::Capability;
pub(crate) use job::ExportHandler;

/// Attempts after a crash of the process or a failure of the database.
const ATTEMPTS: u32 = 5;
/// How long the end of an export that is being made is waited for before it is told to be busy.
const PATIENCE: Duration = Duration::from_secs(20);

impl App {
    /// Exports an image. In the format that it is stored in, the export is ready at once and
    /// nothing is copied; else a job converts it. There is one export of an image from a store in
    /// a format: asked again, it is the same one, and the same job if that is still at work.
    pub async fn export_image(&self, caller: &Caller, new: NewExport) -> Result<StartedExport> {
        let known = self.known_image(caller, new.image).await?;
        known.must_change(caller, "export the image")?;
        let image = known.image;
        let stored = active_format(&image)?;
        let format = gaze_domain::export::format(stored, new.format)?;
        let stores = store::list(&mut self.catalog().read()).await?;
        let copy = copy_to_export(&image, &stores, &new)?;
        let made = self.new_export(&image, copy, format, stored, new.job);
        let name = image.name.clone();
        let job = made.job.map(|job| NewJob {
            id: job.hex(),
            kind: WorkKind::Export.as_str(),
            class: Class::Transfer,
            payload: json!({ "export": made.id.hex(), "origin": new.origin }),
            subject: made.image.hex(),
            owner: image.owner.hex(),
            max_attempts: ATTEMPTS,
            delay: Duration::ZERO,
        });
        let jobs = self.jobs().clone();
        let export = self
            .catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let now = image::lock(tx, made.image).await?;
                    active_format(&now)?;
                    if !now.ready_locations().any(|copy| copy.store == made.store) {
                        return Err(no_copy(&now, &made.store.hex()).into());
                    }
                    let same = export::find_same(tx, made.image, made.store, made.format).await?;
                    if let Some(same) = same {
                        return Ok(same);
                    }
                    export::insert(tx, &made).await?;
                    if let Some(job) = job {
                        jobs.enqueue(tx, job).await.map_err(enqueue_failure)?;
                    }
                    Ok(made)
                })
            })
            .await?;
        let job = export.job.filter(|_| export.state == ExportState::Writing);
        Ok(StartedExport {
            exported: self.shown(&name, export),
            job,
        })
    }

    /// The exports of an image of the caller's, oldest first.
    pub async fn list_exports(&self, caller: &Caller, id: ImageId) -> Result<Vec<Exported>> {
        let image = self.known_image(caller, id).await?.image;
        if !access::owns(caller, image.owner) {
            return Err(Error::forbidden("see the image's exports", Noun::Image, id));
        }
        let exports = export::of_image(&mut self.catalog().read(), id).await?;
        let living = exports.into_iter().filter(is_alive);
        Ok(living
            .map(|export| self.shown(&image.name, export))
            .collect())
    }

    /// One export of an image of the caller's.
    pub async fn get_export(&self, caller: &Caller, id: ExportId) -> Result<Exported> {
        let mut read = self.catalog().read();
        let absent = || Error::not_found(Noun::Export, id);
        let export = export::find(&mut read, id)
            .await?
            .filter(is_alive)
            .ok_or_else(absent)?;
        let image = image::find(&mut read, export.image)
            .await?
            .filter(|image| access::owns(caller, image.owner))
            .ok_or_else(absent)?;
        Ok(self.shown(&image.name, export))
    }

    /// The exports that can be read now of those among these images that are the caller's: one
    /// statement, however many images there are, and none for none.
    pub async fn ready_exports(
        &self,
        caller: &Caller,
        images: &[&Image],
    ) -> Result<HashMap<ImageId, Vec<Exported>>> {
        let owned: HashMap<ImageId, &Image> = images
            .iter()
            .filter(|image| access::owns(caller, image.owner))
            .map(|image| (image.id, *image))
            .collect();
        let ids: Vec<ImageId> = owned.keys().copied().collect();
        let found = export::of_images(&mut self.catalog().read(), &ids).await?;
        let shown = found.into_iter().map(|(id, exports)| {
            let name = owned.get(&id).map_or("", |image| &image.name);
            let ready = exports
                .into_iter()
                .filter(|export| export.state == ExportState::Ready);
            let ready = ready.map(|export| self.shown(name, export)).collect();
            (id, ready)
        });
        Ok(shown.collect())
    }

    /// Ends exports of an image. Their addresses are dead when this returns; the job that it
    /// answers removes what was converted. One that is being made is cancelled first. Without
    /// a job there was nothing to end.
    pub async fn delete_exports(
        &self,
        caller: &Caller,
        id: ImageId,
        choice: ExportChoice,
        job: Option<JobId>,
    ) -> Result<Option<JobId>> {
        let known = self.known_image(caller, id).await?;
        known.must_change(caller, "delete the image's exports")?;
        let exports = export::of_image(&mut self.catalog().read(), id).await?;
        let meant = |export: &Export| {
            is_alive(export)
                && match choice {
                    ExportChoice::One(one) => export.id == one,
                    ExportChoice::From(store) => export.store == store,
                }
        };
        let chosen: Vec<Export> = exports.into_iter().filter(meant).collect();
        if let (ExportChoice::One(one), true) = (choice, chosen.is_empty()) {
            return Err(Error::not_found(Noun::Export, one));
        }
        for export in &chosen {
            self.stop_export(export).await?;
        }
        let (jobs, now) = (self.jobs().clone(), self.now());
        let job = job.unwrap_or_else(|| JobId::new(self.new_uuid()));
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let image = image::lock(tx, id).await?;
                    let chosen: Vec<ExportId> = chosen.iter().map(|export| export.id).collect();
                    if !end(tx, &chosen, now).await? {
                        return Ok(None);
                    }
                    enqueue_purge(tx, &jobs, &image, job).await?;
                    Ok(Some(job))
                })
            })
            .await
    }

    /// Cancels an export that is being made, and waits for that to be undone.
    async fn stop_export(&self, export: &Export) -> Result<()> {
        let Some(job) = export.job.filter(|_| export.state == ExportState::Writing) else {
            return Ok(());
        };
        self.jobs().cancel(&job.hex()).await.map_err(sql)?;
        self.jobs().wait(&job.hex(), PATIENCE).await.map_err(sql)?;
        Ok(())
    }

    fn new_export(
        &self,
        image: &Image,
        copy: &Location,
        format: DiskFormat,
        stored: DiskFormat,
        job: Option<JobId>,
    ) -> Export {
        let id = ExportId::new(self.new_uuid());
        let now = self.now();
        let as_it_is = Export {
            id,
            image: image.id,
            store: copy.store,
            format,
            key: None,
            size: copy.size,
            md5: image.checksums.md5.clone(),
            sha256: image.checksums.sha256.clone(),
            state: ExportState::Ready,
            job: None,
            created_at: now,
            updated_at: now,
        };
        if format == stored {
            return as_it_is;
        }
        Export {
            key: Some(format!("exports/{}/{id}", image.id)),
            size: ByteCount(0),
            md5: None,
            sha256: None,
            state: ExportState::Writing,
            job: Some(job.unwrap_or_else(|| JobId::new(self.new_uuid()))),
            ..as_it_is
        }
    }

    fn shown(&self, image: &str, export: Export) -> Exported {
        Exported {
            file_name: gaze_domain::export::file_name(image, export.format),
            capability: self.capabilities().of(export.id),
            export,
        }
    }
}

/// Marks those for removal that are ready. Whether there were any; one that is still being made
/// did not heed its cancellation in time.
async fn end(tx: &mut Tx, chosen: &[ExportId], now: Timestamp) -> Result<bool, TxFailure> {
    let mut ended = false;
    for id in chosen {
        match export::find(tx, *id).await? {
            Some(export) if export.state == ExportState::Writing => {
                return Err(Error::WrongState {
                    noun: Noun::Export,
                    id: id.hex(),
                    state: export.state.to_string(),
                    needed: "its bytes are on their way; try again".into(),
                }
                .into());
            }
            Some(_) => {
                export::mark_deleting(tx, *id, now).await?;
                ended = true;
            }
            None => {}
        }
    }
    Ok(ended)
}

fn is_alive(export: &Export) -> bool {
    export.state != ExportState::Deleting
}

/// The format of an image whose bytes are there.
fn active_format(image: &Image) -> Result<DiskFormat> {
    match image.format {
        Some(format) if image.status == Status::Active => Ok(format),
        _ => Err(Error::WrongState {
            noun: Noun::Image,
            id: image.id.hex(),
            state: image.status.to_string(),
            needed: "only an active image is exported".into(),
        }),
    }
}

fn no_copy(image: &Image, store: &str) -> Error {
    Error::WrongState {
        noun: Noun::Image,
        id: image.id.hex(),
        state: format!("without a ready copy in store {store}"),
        needed: "name a store that has one".into(),
    }
}

/// The copy that is exported: that in the store that was named, else the first that can be used.
fn copy_to_export<'i>(image: &'i Image, stores: &[Store], new: &NewExport) -> Result<&'i Location> {
    let unusable = |store: &Store| Error::Unreachable {
        noun: Noun::Store,
        id: store.id.hex(),
        reason: format!("it is {} and {}", store.state, store.status),
    };
    let mut last = None;
    if let Some(id) = new.store {
        let known = stores.iter().any(|store| store.id == id);
        if !known {
            return Err(Error::not_found(Noun::Store, id));
        }
        last = Some(no_copy(image, &id.hex()));
    }
    for copy in image.ready_locations() {
        if new.store.is_some_and(|wanted| wanted != copy.store) {
            continue;
        }
        match stores.iter().find(|store| store.id == copy.store) {
            Some(store) if store.is_usable() => return Ok(copy),
            Some(store) => last = Some(unusable(store)),
            None => {}
        }
    }
    Err(last.unwrap_or_else(|| no_copy(image, "any")))
}

//! Another image on a machine's root disk: a new disk beside the old one, which stays as it is.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use gaze_catalog::{image, instance, pool, volume};
use gaze_compute::ComputeError;
use gaze_domain::candidate::judge;
use gaze_domain::{
    ByteCount, Caller, Error, ImageId, Instance, InstanceId, InstanceState, JobId, Noun, Pool,
    PoolKind, Result, Status, Volume, VolumeId, VolumeRole,
};
use gaze_jobs::{BoxFuture, Class, Ctx, Failure, Handler, NewJob};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::disk_of_image::{Made, Making, clear, room_needed, startable};
use crate::images::{judged, retry};
use crate::requests::{ImageChange, Started};
use crate::work::{WorkKind, enqueue_failure, sql};
use crate::{App, RootDisks, errors};

/// Attempts after a crash of the process or a failure of the database.
const ATTEMPTS: u32 = 5;

/// What the job needs to know.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Plan {
    image: String,
    /// The root volume to be.
    volume: String,
    /// The root volume that is replaced.
    old: String,
    pool: String,
    /// The folder that the new disk is made in, so that leftovers are found whatever becomes of
    /// the rows.
    folder: PathBuf,
    /// The new disk's name without its ending. Never what a client chose: what has it is ours.
    stem: String,
    how: String,
}

impl App {
    /// Gives a stopped machine a new root disk, made from one of its candidates, by a job. The old
    /// disk is locked meanwhile and never changed; its volume stays in the catalogue, detached.
    /// Nothing is left of a change that fails, is cancelled or crashes.
    ///
    /// Fails with `WrongState` if the machine is not stopped or is changing its image already,
    /// `Unreachable` if its pool is disabled or cannot be written to, `Invalid` of the field
    /// `image` if that is no candidate.
    pub async fn change_instance_image(
        &self,
        caller: &Caller,
        id: InstanceId,
        change: ImageChange,
    ) -> Result<Started> {
        caller.must_write("change the image of a machine", Noun::Instance)?;
        let machine = self.known_instance(caller, id).await?;
        let known = self.known_image(caller, change.image).await?;
        known.must_use(caller)?;
        let wanted = known.into_image();
        let root = self.root_of(&machine).await?;
        match self.observe(Some(root.clone())).await {
            InstanceState::Stopped => {}
            state => return Err(not_stopped(id, state.as_str())),
        }
        if !self
            .jobs()
            .unfinished_of(&[id.hex()])
            .await
            .map_err(sql)?
            .is_empty()
        {
            return Err(not_stopped(id, "changing its image already"));
        }
        let (target, fit) = self.candidate_target(&machine, &root).await?;
        judge(&target, &wanted, &fit).map_err(|unfit| Error::invalid("image", unfit.reason()))?;
        startable(&wanted)?;
        let folder = self
            .folder_of(&target.pool, &root, room_needed(&wanted))
            .await?;
        let fresh = VolumeId::new(self.new_uuid());
        let made = change.volume.unwrap_or(fresh);
        if volume::find(&mut self.catalog().read(), made)
            .await?
            .is_some()
        {
            return Err(Error::exists(Noun::Volume, made));
        }
        let plan = Plan {
            image: wanted.id.hex(),
            volume: made.hex(),
            old: root.id.hex(),
            pool: root.pool.hex(),
            folder,
            stem: fresh.hex(),
            how: self.settings().root_disks.as_str().to_owned(),
        };
        let job = change.job.unwrap_or_else(|| JobId::new(self.new_uuid()));
        let new = NewJob {
            id: job.hex(),
            kind: WorkKind::Reimage.as_str(),
            class: Class::Transfer,
            payload: json!(plan),
            subject: id.hex(),
            owner: machine.owner.hex(),
            max_attempts: ATTEMPTS,
            delay: Duration::ZERO,
        };
        let jobs = self.jobs().clone();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move { jobs.enqueue(tx, new).await.map_err(enqueue_failure) })
            })
            .await?;
        Ok(Started { image: wanted, job })
    }

    /// The real path of the folder for a new disk of the pool: the pool's own, or the one that the
    /// old disk is in if the pool names none. It can be written to and has that much room.
    async fn folder_of(&self, pool: &Pool, old: &Volume, needed: u64) -> Result<PathBuf> {
        let unreachable = |reason: String| Error::Unreachable {
            noun: Noun::Pool,
            id: pool.id.hex(),
            reason,
        };
        if !pool.enabled {
            return Err(unreachable("it is disabled".into()));
        }
        if pool.kind == PoolKind::Ceph {
            return Err(unreachable("disks cannot be made in Ceph yet".into()));
        }
        let folder = match &pool.path {
            Some(path) => PathBuf::from(path),
            None => Path::new(&old.path)
                .parent()
                .unwrap_or(Path::new(""))
                .to_owned(),
        };
        let (gate, id) = (self.writable_pools().clone(), pool.id);
        let looked = self.tasks().spawn_blocking(move || {
            let folder = gate.open_folder(&folder)?;
            Ok((folder.path().to_owned(), folder.free_bytes()?))
        });
        let (real, free) = looked
            .await
            .map_err(|error| Error::internal("looking at a pool", error))?
            .map_err(|error| errors::pool(id, error))?;
        if free < needed {
            return Err(unreachable(format!("it has no room for {needed} bytes")));
        }
        Ok(real)
    }

    async fn run_reimage(&self, ctx: &Ctx) -> Result<()> {
        let plan = Plan::of(ctx)?;
        let id: InstanceId = ctx.job.subject.parse()?;
        let (image_id, new): (ImageId, VolumeId) = (plan.image.parse()?, plan.volume.parse()?);
        let mut read = self.catalog().read();
        let machine = instance::find(&mut read, id).await?;
        let machine = machine.ok_or_else(|| Error::not_found(Noun::Instance, id))?;
        let old = self.root_of(&machine).await?;
        if old.id.hex() != plan.old {
            return Err(root_changed(id));
        }
        let home = pool::get(&mut read, old.pool).await?;
        let source = image::get(&mut read, image_id).await?;
        if source.status != Status::Active {
            return Err(Error::invalid("image", "it is not ready any more"));
        }
        let format = startable(&source)?;
        ctx.stage("locking the old disk");
        let held = Arc::new(self.hold(&machine, &old).await?);
        self.clear_leftovers(&plan, ctx.job.attempt).await?;
        let (gate, at) = (self.writable_pools().clone(), plan.folder.clone());
        let folder = self
            .tasks()
            .spawn_blocking(move || gate.open_folder(&at))
            .await
            .map_err(|error| Error::internal("opening a pool", error))?
            .map_err(|error| errors::pool(home.id, error))?;
        let made = self
            .make_disk(
                ctx,
                Making {
                    pool: home.id,
                    folder: Arc::new(folder),
                    stem: plan.stem.clone(),
                    how: plan.how.parse::<RootDisks>()?,
                    image: source,
                    format,
                    model: Arc::clone(&held),
                },
            )
            .await?;
        ctx.stage("recording");
        let fresh = self
            .root_volume(&machine, &old, new, image_id, made)
            .await?;
        self.swap(ctx, image_id, old.id, fresh).await?;
        // The machine can start again only now.
        drop(held);
        Ok(())
    }

    /// Locks the old root disk against a machine that would start from it.
    async fn hold(&self, machine: &Instance, old: &Volume) -> Result<File> {
        let (gate, path) = (self.disks().clone(), PathBuf::from(&old.path));
        let held = self
            .tasks()
            .spawn_blocking(move || gate.open_for_read(&path));
        match held
            .await
            .map_err(|error| Error::internal("locking a disk", error))?
        {
            Ok(file) => Ok(file),
            Err(ComputeError::InUse { .. }) => {
                Err(not_stopped(machine.id, InstanceState::Running.as_str()))
            }
            Err(error) => Err(errors::volume(old.id, error)),
        }
    }

    async fn root_volume(
        &self,
        machine: &Instance,
        old: &Volume,
        id: VolumeId,
        image: ImageId,
        made: Made,
    ) -> Result<Volume> {
        let (gate, path, pool) = (self.disks().clone(), made.path.clone(), old.pool);
        let seen = self.tasks().spawn_blocking(move || gate.inspect(&path));
        let seen = seen
            .await
            .map_err(|error| Error::internal("looking at a new disk", error))?
            .map_err(|error| errors::pool(pool, error))?;
        let now = self.now();
        Ok(Volume {
            id,
            owner: machine.owner,
            pool,
            instance: Some(machine.id),
            image: Some(image),
            last_instance: None,
            detached_at: None,
            name: format!("ROOT-for-{}", machine.name),
            role: VolumeRole::Root,
            format: made.format,
            path: made.path.display().to_string(),
            size: ByteCount(made.size),
            allocated: ByteCount(seen.allocated_bytes),
            created_at: now,
            updated_at: now,
        })
    }

    /// The machine has the new disk and the new image, and the job is done; or nothing happened.
    async fn swap(&self, ctx: &Ctx, image: ImageId, old: VolumeId, new: Volume) -> Result<()> {
        let (ctx, now) = (ctx.clone(), self.now());
        let id: InstanceId = ctx.job.subject.parse()?;
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    instance::set_image(tx, id, image, now).await?;
                    let machine = instance::find(tx, id).await?;
                    let Some(machine) = machine.filter(|it| it.root_volume == Some(old)) else {
                        return Err(root_changed(id).into());
                    };
                    volume::detach(tx, old, now).await?;
                    let owner = machine.owner;
                    volume::insert(
                        tx,
                        &Volume {
                            owner,
                            ..new.clone()
                        },
                    )
                    .await?;
                    let result = json!({ "instance": id.hex(), "volume": new.id.hex() });
                    Ok(ctx.succeed(tx, result).await?)
                })
            })
            .await
    }

    /// Removes what earlier attempts have left, but never a file that is a volume.
    async fn clear_leftovers(&self, plan: &Plan, attempts: u32) -> Result<()> {
        let mut used = false;
        for ending in ["qcow2", "raw"] {
            let path = plan.folder.join(format!("{}.{ending}", plan.stem));
            let text = path.display().to_string();
            used |= volume::find_at(&mut self.catalog().read(), &text)
                .await?
                .is_some();
        }
        let (gate, plan) = (self.writable_pools().clone(), plan.clone());
        let pool = plan.pool.parse()?;
        let cleared = self.tasks().spawn_blocking(move || {
            match gate.open_folder(&plan.folder) {
                Ok(folder) => clear(&folder, &plan.stem, attempts, !used),
                // The operator has taken the folder away, and what was in it.
                Err(
                    error @ (ComputeError::NotFound { .. }
                    | ComputeError::OutsideAllowedFolders { .. }),
                ) => {
                    tracing::warn!(%error, "leftovers of a new disk cannot be removed");
                    Ok(())
                }
                Err(error) => Err(error),
            }
        });
        cleared
            .await
            .map_err(|error| Error::internal("clearing a pool", error))?
            .map_err(|error| errors::pool(pool, error))
    }

    async fn undo_reimage(&self, ctx: &Ctx, error: &Value) -> Result<(), Failure> {
        if let Ok(plan) = Plan::of(ctx) {
            self.clear_leftovers(&plan, ctx.job.attempt)
                .await
                .map_err(|error| retry(&error))?;
        }
        let (ctx, error) = (ctx.clone(), error.clone());
        self.catalog()
            .write(move |tx| Box::pin(async move { Ok(ctx.fail(tx, error).await?) }))
            .await
            .map_err(|error| retry(&error))
    }
}

impl Plan {
    fn of(ctx: &Ctx) -> Result<Self> {
        serde_json::from_value(ctx.job.payload.clone())
            .map_err(|error| Error::internal("reading what a job is to do", error))
    }
}

fn not_stopped(id: InstanceId, state: &str) -> Error {
    Error::WrongState {
        noun: Noun::Instance,
        id: id.hex(),
        state: state.into(),
        needed: "stop it before changing its image".into(),
    }
}

fn root_changed(id: InstanceId) -> Error {
    Error::WrongState {
        noun: Noun::Instance,
        id: id.hex(),
        state: "changed".into(),
        needed: "its root volume is not the one that was to be replaced".into(),
    }
}

/// Runs changes of images.
#[derive(Debug)]
pub(crate) struct ReimageHandler(pub(crate) App);

impl Handler for ReimageHandler {
    fn kind(&self) -> &'static str {
        WorkKind::Reimage.as_str()
    }

    fn run<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            self.0
                .run_reimage(ctx)
                .await
                .map_err(|error| judged(&error))
        })
    }

    fn rollback<'a>(
        &'a self,
        ctx: &'a Ctx,
        error: &'a Value,
    ) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(self.0.undo_reimage(ctx, error))
    }
}

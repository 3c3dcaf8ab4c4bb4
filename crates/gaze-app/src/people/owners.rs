//! What belongs to whom, and giving it to another project.

use gaze_catalog::ownership::{self, Owned};
use gaze_catalog::{Failure, Tx, export, image, project, volume};
use gaze_domain::{
    Caller, Error, Export, Image, ImageId, InstanceId, Noun, ProjectId, Result, Timestamp,
    VolumeId, VolumeRole,
};
use uuid::Uuid;

use crate::App;
use crate::ingest::charged;

/// Most rows of a list of things, which is held in memory.
const MAX_LISTED: u32 = 100_000;
/// Most things that are asked for by their ids.
const MAX_ASKED: usize = 10_000;

impl App {
    /// What belongs to the caller's project, or, for an administrator, to any or to that one.
    pub async fn list_owned(
        &self,
        caller: &Caller,
        owner: Option<ProjectId>,
    ) -> Result<Vec<Owned>> {
        let owner = if caller.is_admin() {
            owner
        } else {
            Some(caller.project)
        };
        let owned = ownership::list(&mut self.catalog().read(), owner, MAX_LISTED + 1).await?;
        if owned.len() > MAX_LISTED as usize {
            return Err(Error::Invalid {
                field: "list".into(),
                reason: format!("has more than {MAX_LISTED} rows; ask for things by their ids"),
            });
        }
        Ok(owned)
    }

    /// Of these things, those that belong to the caller's project; all for an administrator.
    pub async fn owned_among(&self, caller: &Caller, ids: &[Uuid]) -> Result<Vec<Owned>> {
        if ids.len() > MAX_ASKED {
            return Err(Error::invalid(
                "ids",
                format!("at most {MAX_ASKED} are asked for at once"),
            ));
        }
        let owner = (!caller.is_admin()).then_some(caller.project);
        let ids: Vec<String> = ids.iter().map(|id| id.simple().to_string()).collect();
        Ok(ownership::among(&mut self.catalog().read(), owner, &ids).await?)
    }

    /// Gives an image, a machine with its volumes, or a volume with its snapshots to another
    /// project, which pays for it from then on, as far as its quota goes. With whom an image is
    /// shared stays as it is. Work on it goes on.
    pub async fn change_owner(&self, caller: &Caller, id: Uuid, to: ProjectId) -> Result<Owned> {
        caller.must_admin("change an owner", Noun::Project)?;
        let now = self.now();
        let text = id.simple().to_string();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    project::get(tx, to).await?;
                    let given = owned(tx, &text).await?;
                    match given.noun {
                        Noun::Instance => {
                            ownership::give_instance(tx, InstanceId::new(id), to, now).await?;
                        }
                        Noun::Volume => {
                            must_be_free(tx, VolumeId::new(id)).await?;
                            ownership::give_volume(tx, VolumeId::new(id), to, now).await?;
                        }
                        Noun::Snapshot => return Err(part_of_a_volume(&text).into()),
                        // What is owned is one of these four.
                        _ => {
                            let given = image::lock(tx, ImageId::new(id)).await?;
                            give(tx, &given, to, now).await?;
                        }
                    }
                    owned(tx, &text).await
                })
            })
            .await
    }
}

/// Gives an image that is locked to a project, which pays for it from then on.
pub(crate) async fn give(
    tx: &mut Tx,
    given: &Image,
    to: ProjectId,
    now: Timestamp,
) -> Result<(), Failure> {
    if given.owner == to {
        return Ok(());
    }
    pay(tx, given, to).await?;
    ownership::give_image(tx, given.id, to, now).await
}

async fn owned(tx: &mut Tx, id: &str) -> Result<Owned, Failure> {
    let mut found = ownership::among(tx, None, &[id.to_owned()]).await?;
    found
        .pop()
        .ok_or_else(|| Error::not_found(Noun::Image, id).into())
}

fn part_of_a_volume(id: &str) -> Error {
    Error::WrongState {
        noun: Noun::Snapshot,
        id: id.to_owned(),
        state: "a part of its volume".into(),
        needed: "change the owner of the volume".into(),
    }
}

/// Moves what an image and its exports use up to the accounts of its new owner.
async fn pay(tx: &mut Tx, image: &Image, to: ProjectId) -> Result<(), Failure> {
    let bytes = paid(image) + exported(tx, image.id).await?;
    project::lock(tx, &[image.owner, to]).await?;
    project::refund(tx, image.owner, 1, bytes).await?;
    project::charge(tx, to, 1, bytes).await
}

/// An owner pays once, however many copies there are: for the bytes that are there, or for those
/// that have been promised room.
fn paid(image: &Image) -> u64 {
    match charged(image) {
        0 => image.size.map_or(0, |size| size.0),
        promised => promised,
    }
}

async fn exported(tx: &mut Tx, id: ImageId) -> Result<u64, Failure> {
    let exports = export::of_image(tx, id).await?;
    Ok(exports.iter().map(Export::extra).sum())
}

/// Refuses to part a volume from its machine.
async fn must_be_free(tx: &mut Tx, id: VolumeId) -> Result<(), Failure> {
    let found = volume::find(tx, id).await?;
    let found = found.ok_or_else(|| Error::not_found(Noun::Volume, id))?;
    match (found.instance, found.role) {
        (Some(machine), VolumeRole::Root) => Err(Error::WrongState {
            noun: Noun::Volume,
            id: id.hex(),
            state: format!("the root volume of machine {machine}"),
            needed: "change the owner of the machine".into(),
        }
        .into()),
        (_, VolumeRole::Data) | (None, VolumeRole::Root) => Ok(()),
    }
}

//! Changes to what is said of an image.

use std::convert::Infallible;

use gaze_catalog::{Failure, Tx, image};
use gaze_domain::image::{check_description, check_name};
use gaze_domain::{
    Architecture, Caller, Error, Firmware, Image, ImageId, Noun, ProjectId, Result, Status,
    Timestamp, access,
};

use super::create::{check_properties, check_tags};
use crate::App;
use crate::people::{give, settle};
use crate::requests::ImagePatch;

impl App {
    /// Applies a patch whole or not at all. Two patches of one image are applied one after the
    /// other, each to what the other left.
    pub async fn update_image(
        &self,
        caller: &Caller,
        id: ImageId,
        patch: ImagePatch,
    ) -> Result<Image> {
        let edited = self.edit_image(caller, id, move |image| {
            apply(image, patch);
            Ok::<(), Infallible>(())
        });
        match edited.await? {
            Ok(image) => Ok(image),
            Err(never) => match never {},
        }
    }

    /// Changes an image by a function of what it is when the change is applied, for changes that
    /// have conditions of their own. If the function refuses, nothing is changed and its refusal
    /// is the inner error.
    ///
    /// What nobody may change so is left as it was: id, owner, status, copies, and the facts that
    /// the content decides.
    pub async fn edit_image<E, F>(
        &self,
        caller: &Caller,
        id: ImageId,
        edit: F,
    ) -> Result<Result<Image, E>>
    where
        E: Send + 'static,
        F: FnOnce(&mut Image) -> Result<(), E> + Send + 'static,
    {
        self.edit_and_give_image(caller, id, None, edit).await
    }

    /// The same, and an administrator gives the image to that project if the edit makes it the
    /// owner: from then on it pays for the image. With whom the image is shared stays as it is.
    pub async fn edit_and_give_image<E, F>(
        &self,
        caller: &Caller,
        id: ImageId,
        heir: Option<ProjectId>,
        edit: F,
    ) -> Result<Result<Image, E>>
    where
        E: Send + 'static,
        F: FnOnce(&mut Image) -> Result<(), E> + Send + 'static,
    {
        let known = self.known_image(caller, id).await?;
        known.must_change(caller, "change the image")?;
        let heir = heir.filter(|heir| *heir != known.image.owner);
        let settling = match heir {
            Some(heir) => {
                caller.must_admin("change an owner", Noun::Image)?;
                self.meet_owner(heir).await?
            }
            None => false,
        };
        let now = self.now();
        let caller = caller.clone();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let before = image::lock(tx, id).await?;
                    let mut wanted = before.clone();
                    if let Err(refusal) = edit(&mut wanted) {
                        return Ok(Err(refusal));
                    }
                    let to = heir.filter(|heir| wanted.owner == *heir);
                    let mut after = changed(&caller, &before, wanted)?;
                    after.updated_at = now;
                    image::update(tx, &before, &after).await?;
                    if let Some(to) = to {
                        if settling {
                            settle(tx, to, now).await?;
                        }
                        give(tx, &after, to, now).await?;
                        after.owner = to;
                    }
                    Ok(Ok(after))
                })
            })
            .await
    }
}

/// Changes an image within a transaction that changes other things with it. Whether the caller may
/// is for whoever calls this to find out.
pub(crate) async fn rewrite(
    tx: &mut Tx,
    caller: &Caller,
    id: ImageId,
    now: Timestamp,
    edit: impl FnOnce(&mut Image) -> Result<()>,
) -> Result<Image, Failure> {
    let before = image::lock(tx, id).await?;
    let mut wanted = before.clone();
    edit(&mut wanted)?;
    let mut after = changed(caller, &before, wanted)?;
    after.updated_at = now;
    image::update(tx, &before, &after).await?;
    Ok(after)
}

/// The image with what may be changed of it, checked.
pub(super) fn changed(caller: &Caller, before: &Image, wanted: Image) -> Result<Image> {
    if before.status == Status::Deleted {
        return Err(Error::WrongState {
            noun: Noun::Image,
            id: before.id.hex(),
            state: before.status.to_string(),
            needed: "recover it before changing it".into(),
        });
    }
    check_name(&wanted.name)?;
    let description = wanted.description.as_deref();
    description.map_or(Ok(()), check_description)?;
    if wanted.format != before.format && before.status != Status::Queued {
        let reason = "was decided by the content and cannot be changed";
        return Err(Error::invalid("format", reason));
    }
    if wanted.visibility != before.visibility && !access::can_publish(caller, wanted.visibility) {
        return Err(Error::forbidden("publish an image", Noun::Image, before.id));
    }
    if wanted.firmware != before.firmware
        && wanted.firmware == Some(Firmware::Bios)
        && wanted.architecture == Some(Architecture::Aarch64)
    {
        let reason = "machines of aarch64 do not start by BIOS";
        return Err(Error::invalid("firmware", reason));
    }
    check_tags(wanted.tags.iter())?;
    check_properties(wanted.properties.iter())?;
    Ok(Image {
        id: before.id,
        owner: before.owner,
        status: before.status,
        size: before.size,
        virtual_size: before.virtual_size,
        checksums: before.checksums.clone(),
        source: before.source.clone(),
        failure: before.failure.clone(),
        locations: before.locations.clone(),
        created_at: before.created_at,
        deleted_at: before.deleted_at,
        ..wanted
    })
}

fn apply(image: &mut Image, patch: ImagePatch) {
    fn set<T>(field: &mut T, value: Option<T>) {
        if let Some(value) = value {
            *field = value;
        }
    }
    set(&mut image.name, patch.name);
    set(&mut image.description, patch.description);
    set(&mut image.format, patch.format);
    set(&mut image.visibility, patch.visibility);
    set(&mut image.protected, patch.protected);
    set(&mut image.hidden, patch.hidden);
    set(&mut image.media, patch.media);
    set(&mut image.system, patch.system);
    set(&mut image.virtio, patch.virtio);
    set(&mut image.platform, patch.platform);
    set(&mut image.architecture, patch.architecture);
    set(&mut image.firmware, patch.firmware);
    set(&mut image.os.distro, patch.os_distro);
    set(&mut image.os.version, patch.os_version);
    set(&mut image.os.guest_type, patch.guest_type);
    set(&mut image.min_disk_gib, patch.min_disk_gib);
    set(&mut image.min_ram_mib, patch.min_ram_mib);
    set(&mut image.tags, patch.tags);
    for tag in &patch.remove_tags {
        image.tags.remove(tag);
    }
    image.tags.extend(patch.add_tags);
    for name in &patch.remove_properties {
        image.properties.remove(name);
    }
    image.properties.extend(patch.set_properties);
}

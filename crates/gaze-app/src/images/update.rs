//! Changes to what is said of an image.

use gaze_catalog::image;
use gaze_domain::image::{check_description, check_name};
use gaze_domain::{Caller, Error, Image, ImageId, Noun, Result, Status, access};

use super::create::{check_properties, check_tags};
use crate::App;
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
        self.known_image(caller, id)
            .await?
            .must_change(caller, "change the image")?;
        if let Some(visibility) = patch.visibility
            && !access::can_publish(caller, visibility)
        {
            return Err(Error::forbidden("publish an image", Noun::Image, id));
        }
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let before = image::lock(tx, id).await?;
                    let mut after = patched(before.clone(), patch)?;
                    after.updated_at = now;
                    image::update(tx, &before, &after).await?;
                    Ok(after)
                })
            })
            .await
    }
}

/// The image as the patch wants it, checked.
fn patched(mut image: Image, patch: ImagePatch) -> Result<Image> {
    if image.status == Status::Deleted {
        return Err(Error::WrongState {
            noun: Noun::Image,
            id: image.id.hex(),
            state: image.status.to_string(),
            needed: "recover it before changing it".into(),
        });
    }
    if let Some(name) = patch.name {
        check_name(&name)?;
        image.name = name;
    }
    if let Some(description) = patch.description {
        description.as_deref().map_or(Ok(()), check_description)?;
        image.description = description;
    }
    if let Some(format) = patch.format {
        if format != image.format && image.status != Status::Queued {
            let reason = "was decided by the content and cannot be changed";
            return Err(Error::invalid("format", reason));
        }
        image.format = format;
    }
    image.visibility = patch.visibility.unwrap_or(image.visibility);
    image.protected = patch.protected.unwrap_or(image.protected);
    image.hidden = patch.hidden.unwrap_or(image.hidden);
    image.media = patch.media.unwrap_or(image.media);
    image.system = patch.system.unwrap_or(image.system);
    image.virtio = patch.virtio.unwrap_or(image.virtio);
    image.platform = patch.platform.unwrap_or(image.platform);
    image.architecture = patch.architecture.unwrap_or(image.architecture);
    image.firmware = patch.firmware.unwrap_or(image.firmware);
    image.os.distro = patch.os_distro.unwrap_or(image.os.distro);
    image.os.version = patch.os_version.unwrap_or(image.os.version);
    image.os.guest_type = patch.guest_type.unwrap_or(image.os.guest_type);
    image.min_disk_gib = patch.min_disk_gib.unwrap_or(image.min_disk_gib);
    image.min_ram_mib = patch.min_ram_mib.unwrap_or(image.min_ram_mib);
    if let Some(tags) = patch.tags {
        check_tags(tags.iter())?;
        image.tags = tags;
    }
    for name in &patch.remove_properties {
        image.properties.remove(name);
    }
    image.properties.extend(patch.set_properties);
    check_properties(image.properties.iter())?;
    Ok(image)
}

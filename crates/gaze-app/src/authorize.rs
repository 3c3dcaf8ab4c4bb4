//! Finding a thing on behalf of somebody: what the caller may not know of does not exist.

use std::sync::Arc;

use gaze_catalog::{existence, image, snapshot};
use gaze_domain::{
    Caller, Error, Image, ImageId, Instance, InstanceId, MemberState, Noun, Result, Snapshot,
    SnapshotId, Visibility, Volume, VolumeId, access,
};

use crate::App;
use crate::shelf::KeptImage;

/// An image and what the caller's project is to it.
pub(crate) struct Known {
    pub(crate) image: Arc<KeptImage>,
    pub(crate) membership: Option<MemberState>,
}

impl Known {
    /// The image, to be changed or handed on.
    pub(crate) fn into_image(self) -> Image {
        Image::clone(&self.image)
    }

    pub(crate) fn must_change(&self, caller: &Caller, action: &str) -> Result<()> {
        access::must_change(caller, &self.image, self.membership, action)
    }

    pub(crate) fn must_use(&self, caller: &Caller) -> Result<()> {
        if access::can_use(caller, &self.image, self.membership) {
            Ok(())
        } else {
            Err(Error::forbidden(
                "read the image before accepting it",
                Noun::Image,
                self.image.id,
            ))
        }
    }
}

impl App {
    /// The image, if the caller may know of it.
    pub(crate) async fn known_image(&self, caller: &Caller, id: ImageId) -> Result<Known> {
        let image = self.kept_image(id).await?;
        let foreign = !caller.is_admin() && image.owner != caller.project;
        let membership = if foreign && image.visibility == Visibility::Shared {
            image::membership(&mut self.catalog().read(), id, caller.project).await?
        } else {
            None
        };
        if access::can_see(caller, &image, membership) {
            Ok(Known { image, membership })
        } else {
            Err(Error::not_found(Noun::Image, id))
        }
    }

    /// Whether there is such a thing, whoever asks. It tells nothing else, and of jobs, tokens and
    /// members not even that.
    pub async fn exists(&self, noun: Noun, id: uuid::Uuid) -> Result<bool> {
        let id = id.simple().to_string();
        Ok(existence::exists(&mut self.catalog().read(), noun, &id).await?)
    }

    pub(crate) async fn known_instance(&self, caller: &Caller, id: InstanceId) -> Result<Instance> {
        self.instance(id)
            .await?
            .map(Arc::unwrap_or_clone)
            .filter(|instance| access::owns(caller, instance.owner))
            .ok_or_else(|| Error::not_found(Noun::Instance, id))
    }

    pub(crate) async fn known_snapshot(&self, caller: &Caller, id: SnapshotId) -> Result<Snapshot> {
        snapshot::find(&mut self.catalog().read(), id)
            .await?
            .filter(|snapshot| access::owns(caller, snapshot.owner))
            .ok_or_else(|| Error::not_found(Noun::Snapshot, id))
    }

    pub(crate) async fn known_volume(&self, caller: &Caller, id: VolumeId) -> Result<Volume> {
        self.volume(id)
            .await?
            .map(Arc::unwrap_or_clone)
            .filter(|volume| access::owns(caller, volume.owner))
            .ok_or_else(|| Error::not_found(Noun::Volume, id))
    }
}

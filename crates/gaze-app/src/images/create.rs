//! A new image without bytes.

use gaze_catalog::{Failure, Tx, image, project};
use gaze_domain::image::{
    Checksums, MAX_PROPERTIES, MAX_TAGS, check_description, check_name, check_property, check_tag,
};
use gaze_domain::{Caller, Error, Image, ImageId, Noun, Platform, Result, Status, access};

use crate::App;
use crate::people::settle;
use crate::requests::NewImage;

impl App {
    /// Records an image whose bytes are still to come. It counts against its owner's quota of
    /// images.
    pub async fn create_image(&self, caller: &Caller, new: NewImage) -> Result<Image> {
        let made = self.new_image(caller, new, String::new())?;
        let settling = made.owner != caller.project && self.meet_owner(made.owner).await?;
        let row = made.clone();
        self.catalog()
            .write_charged(made.owner, 1, move |tx| {
                Box::pin(async move {
                    if settling {
                        settle(tx, row.owner, row.created_at).await?;
                    }
                    image::insert(tx, &row).await
                })
            })
            .await?;
        Ok(made)
    }

    /// The image that the request describes, queued, with every value checked.
    pub(crate) fn new_image(
        &self,
        caller: &Caller,
        new: NewImage,
        source: String,
    ) -> Result<Image> {
        caller.must_write("create an image", Noun::Image)?;
        let owner = new.owner.unwrap_or(caller.project);
        if owner != caller.project {
            caller.must_admin("create an image of another project", Noun::Image)?;
        }
        check_name(&new.name)?;
        new.description
            .as_deref()
            .map_or(Ok(()), check_description)?;
        if !access::can_publish(caller, new.visibility) {
            return Err(Error::forbidden("publish an image", Noun::Image, ""));
        }
        check_tags(new.tags.iter())?;
        check_properties(new.properties.iter())?;
        let now = self.now();
        Ok(Image {
            id: new.id.unwrap_or_else(|| ImageId::new(self.new_uuid())),
            owner,
            name: new.name,
            description: new.description,
            status: Status::Queued,
            enabled: true,
            visibility: new.visibility,
            protected: new.protected,
            hidden: new.hidden,
            media: new.media,
            system: new.system,
            virtio: new.virtio,
            platform: new.platform.unwrap_or(Platform::Linux),
            architecture: new.architecture,
            firmware: new.firmware,
            os: new.os,
            format: new.format,
            size: None,
            virtual_size: None,
            checksums: Checksums::default(),
            min_disk_gib: new.min_disk_gib,
            min_ram_mib: new.min_ram_mib,
            source,
            failure: None,
            tags: new.tags,
            properties: new.properties,
            locations: Vec::new(),
            created_at: now,
            updated_at: now,
            deleted_at: None,
        })
    }
}

/// Saves a new image and counts it: last, since whoever else counts for this project waits from
/// then until the transaction ends.
pub(super) async fn insert_charged(tx: &mut Tx, new: &Image) -> Result<(), Failure> {
    image::insert(tx, new).await?;
    project::charge(tx, new.owner, 1, 0).await
}

pub(super) fn check_tags<'t>(tags: impl ExactSizeIterator<Item = &'t String>) -> Result<()> {
    if tags.len() > MAX_TAGS {
        return Err(Error::invalid(
            "tags",
            format!("at most {MAX_TAGS} are allowed"),
        ));
    }
    tags.map(String::as_str).try_for_each(check_tag)
}

pub(super) fn check_properties<'p>(
    properties: impl ExactSizeIterator<Item = (&'p String, &'p String)>,
) -> Result<()> {
    if properties.len() > MAX_PROPERTIES {
        return Err(Error::invalid(
            "properties",
            format!("at most {MAX_PROPERTIES} are allowed"),
        ));
    }
    properties
        .into_iter()
        .try_for_each(|(name, value)| check_property(name, value))
}

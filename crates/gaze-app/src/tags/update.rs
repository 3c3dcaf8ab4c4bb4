//! Changing what a tag says.

use gaze_catalog::{instance, tag};
use gaze_domain::{Caller, Error, Image, ImageId, InstanceId, Noun, Result, Tag, TagId, TagKind};

use super::check;
use crate::App;
use crate::images::rewrite;
use crate::requests::TagText;

impl App {
    /// Gives a system tag, or that of a firmware, another text. It keeps its id.
    ///
    /// Fails with [`Error::NotFound`] for user tags, which do not change, and with
    /// [`Error::Invalid`] for a text of another kind.
    pub async fn update_tag(&self, caller: &Caller, id: TagId, to: TagText) -> Result<Tag> {
        let known = self.get_tag(caller, id).await?;
        if known.kind == TagKind::User {
            return Err(Error::not_found(Noun::Tag, id));
        }
        self.must_tag(caller, known.noun, known.subject).await?;
        check(known.noun, &to)?;
        if to.kind != known.kind {
            let reason = format!("a {} tag cannot become a {} tag", known.kind, to.kind);
            return Err(Error::invalid("tag", reason));
        }
        let (caller, now) = (caller.clone(), self.now());
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let unknown = || Error::not_found(Noun::Tag, id);
                    let before = tag::find(tx, id).await?.ok_or_else(unknown)?;
                    if before.text == to.text {
                        return Ok(before);
                    }
                    match (before.noun, before.kind) {
                        (Noun::Instance, TagKind::Firmware) => {
                            let machine = InstanceId::new(before.subject);
                            let firmware = Some(to.text.parse()?);
                            instance::set_firmware(tx, machine, firmware, now).await?;
                        }
                        (Noun::Image, _) => {
                            tag::set_text(tx, id, &to.text, now).await?;
                            let edit = |image: &mut Image| replace(image, &before, &to);
                            let image = ImageId::new(before.subject);
                            rewrite(tx, &caller, image, now, edit).await?;
                        }
                        _ => tag::set_text(tx, id, &to.text, now).await?,
                    }
                    Ok(tag::find(tx, id).await?.ok_or_else(unknown)?)
                })
            })
            .await
    }
}

fn replace(image: &mut Image, before: &Tag, to: &TagText) -> Result<()> {
    match before.kind {
        TagKind::Firmware => image.firmware = Some(to.text.parse()?),
        TagKind::System | TagKind::User => {
            image.tags.remove(&before.text);
            image.tags.insert(to.text.clone());
        }
    }
    Ok(())
}

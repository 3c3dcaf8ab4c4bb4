//! Taking tags back.

use gaze_catalog::{Failure, Tx, instance, tag, tag_pattern};
use gaze_domain::{
    Caller, Error, Image, ImageId, InstanceId, Noun, Result, Tag, TagId, TagKind, TagPatternId,
    Timestamp,
};
use uuid::Uuid;

use crate::App;
use crate::images::rewrite;

impl App {
    /// Takes a tag off what has it; or, if the id is that of a pattern, removes the pattern with
    /// all its tags.
    pub async fn delete_tag(&self, caller: &Caller, id: Uuid) -> Result<()> {
        let pattern = TagPatternId::new(id);
        if tag_pattern::find(&mut self.catalog().read(), pattern)
            .await?
            .is_some()
        {
            return self.delete_tag_pattern(caller, pattern).await;
        }
        let id = TagId::new(id);
        let known = self.get_tag(caller, id).await?;
        self.must_tag(caller, known.noun, known.subject).await?;
        let (caller, now) = (caller.clone(), self.now());
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    match tag::find(tx, id).await? {
                        Some(found) => take(tx, &caller, &found, now).await,
                        None => Err(Error::not_found(Noun::Tag, id).into()),
                    }
                })
            })
            .await
    }
}

impl App {
    /// Lets nothing be said of how the machine starts.
    pub async fn forget_firmware(&self, caller: &Caller, id: InstanceId) -> Result<()> {
        self.must_tag(caller, Noun::Instance, id.uuid()).await?;
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move { instance::set_firmware(tx, id, None, now).await })
            })
            .await
    }
}

/// Takes a tag off what has it.
pub(super) async fn take(
    tx: &mut Tx,
    caller: &Caller,
    found: &Tag,
    now: Timestamp,
) -> Result<(), Failure> {
    match (found.noun, found.kind) {
        (Noun::Image, _) => {
            let edit = |image: &mut Image| {
                match found.kind {
                    TagKind::Firmware => image.firmware = None,
                    TagKind::System | TagKind::User => {
                        image.tags.remove(&found.text);
                    }
                }
                Ok(())
            };
            rewrite(tx, caller, ImageId::new(found.subject), now, edit).await?;
            Ok(())
        }
        (Noun::Instance, TagKind::Firmware) => {
            instance::set_firmware(tx, InstanceId::new(found.subject), None, now).await
        }
        _ => tag::delete(tx, found.id).await,
    }
}

//! Giving tags.

use gaze_catalog::{Failure, Tx, image, instance, tag, tag_pattern};
use gaze_domain::image::MAX_TAGS;
use gaze_domain::{
    Caller, Error, Firmware, Image, ImageId, InstanceId, Noun, Result, Tag, TagKind, Timestamp,
};
use uuid::Uuid;

use super::check;
use crate::App;
use crate::images::rewrite;
use crate::requests::{NewTags, TagText};

impl App {
    /// Gives something tags, all of them or none. For each the tag that was made, or `None` if it
    /// was there already; a user tag that was there is refused with [`Error::AlreadyExists`].
    ///
    /// There is one firmware: another takes the place of the one before, and its tag's id.
    pub async fn create_tags(&self, caller: &Caller, new: NewTags) -> Result<Vec<Option<Tag>>> {
        self.must_tag(caller, new.noun, new.subject).await?;
        for said in &new.tags {
            check(new.noun, said)?;
        }
        let fresh = self.new_tags(new.noun, new.subject, new.tags.clone())?;
        let (caller, now) = (caller.clone(), self.now());
        self.catalog()
            .write(move |tx| Box::pin(async move { give(tx, &caller, &new, fresh, now).await }))
            .await
    }
}

pub(super) async fn give(
    tx: &mut Tx,
    caller: &Caller,
    new: &NewTags,
    fresh: Vec<Tag>,
    now: Timestamp,
) -> Result<Vec<Option<Tag>>, Failure> {
    let subject = new.subject;
    if new.noun == Noun::Image {
        // Whoever tags it at the same time waits here.
        image::lock(tx, ImageId::new(subject)).await?;
    }
    let mut missing = Vec::new();
    for said in &new.tags {
        let there = tag::find_text(tx, subject, said.kind, &said.text).await?;
        match (there, said.kind) {
            (None, _) => missing.push(said),
            (Some(_), TagKind::User) => return Err(Error::exists(Noun::Tag, &said.text).into()),
            (Some(_), TagKind::System | TagKind::Firmware) => {}
        }
    }
    let texts = |kind: TagKind| kind != TagKind::Firmware;
    let there = tag::of_subject(tx, subject).await?;
    let there = there.iter().filter(|tag| texts(tag.kind)).count();
    let more = missing.iter().filter(|said| texts(said.kind)).count();
    if more > 0 && there + more > MAX_TAGS {
        let reason = format!("at most {MAX_TAGS} are allowed");
        return Err(Error::invalid("tags", reason).into());
    }
    match new.noun {
        Noun::Image => {
            let edit = |image: &mut Image| missing.iter().try_for_each(|said| say(image, said));
            rewrite(tx, caller, ImageId::new(subject), now, edit).await?;
        }
        _ => {
            for made in fresh {
                let said = |said: &&TagText| said.kind == made.kind && said.text == made.text;
                if !missing.iter().copied().any(|one| said(&one)) {
                    continue;
                }
                if made.kind == TagKind::Firmware {
                    let firmware: Firmware = made.text.parse()?;
                    let machine = InstanceId::new(subject);
                    instance::set_firmware(tx, machine, Some(firmware), now).await?;
                } else {
                    tag::insert(tx, &made).await?;
                }
            }
        }
    }
    let mut given = Vec::with_capacity(new.tags.len());
    for said in &new.tags {
        given.push(if missing.contains(&said) {
            made(tx, caller, subject, said).await?
        } else {
            None
        });
    }
    Ok(given)
}

/// The tag as it was saved, joined with the pattern that it is made by.
async fn made(
    tx: &mut Tx,
    caller: &Caller,
    subject: Uuid,
    said: &TagText,
) -> Result<Option<Tag>, Failure> {
    let mut found = tag::find_text(tx, subject, said.kind, &said.text).await?;
    if let Some(found) = found.as_mut()
        && found.kind == TagKind::User
        && found.pattern.is_none()
        && let Some(pattern) = tag_pattern::find_simple(tx, caller.project, &found.text).await?
    {
        found.pattern = Some(pattern.id);
        tag::set_pattern(tx, found.id, found.pattern).await?;
    }
    Ok(found)
}

fn say(image: &mut Image, said: &TagText) -> Result<()> {
    match said.kind {
        TagKind::Firmware => image.firmware = Some(said.text.parse()?),
        TagKind::System | TagKind::User => {
            image.tags.insert(said.text.clone());
        }
    }
    Ok(())
}

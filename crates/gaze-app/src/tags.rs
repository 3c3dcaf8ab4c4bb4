//! Tags as things of their own: who may give them, and what they change in what has them.

mod create;
mod delete;
mod list;
mod patterns;
mod update;

use gaze_catalog::{cluster, pool, store, tag, tag_pattern, zone};
use gaze_domain::image::{MAX_TAGS, check_tag};
use gaze_domain::tag::is_system;
use gaze_domain::{
    Caller, ClusterId, Error, Firmware, ImageId, InstanceId, JobId, Noun, PoolId, ProjectId,
    Result, SnapshotId, StoreId, Tag, TagId, TagKind, VolumeId, ZoneId, access,
};
use uuid::Uuid;

use crate::App;
use crate::requests::TagText;

impl App {
    /// Refuses whoever may not give that thing tags; what the caller may not know of does not
    /// exist.
    async fn must_tag(&self, caller: &Caller, noun: Noun, subject: Uuid) -> Result<()> {
        let action = format!("change the tags of the {noun}");
        let own = || caller.must_write(&action, noun);
        let mut read = self.catalog().read();
        match noun {
            Noun::Image => {
                let known = self.known_image(caller, ImageId::new(subject)).await?;
                return known.must_change(caller, &action);
            }
            Noun::Instance => {
                self.known_instance(caller, InstanceId::new(subject))
                    .await?;
                return own();
            }
            Noun::Volume => {
                self.known_volume(caller, VolumeId::new(subject)).await?;
                return own();
            }
            Noun::Snapshot => {
                self.known_snapshot(caller, SnapshotId::new(subject))
                    .await?;
                return own();
            }
            Noun::Job => {
                self.get_long_job(caller, JobId::new(subject)).await?;
                return own();
            }
            Noun::Store => {
                store::get(&mut read, StoreId::new(subject)).await?;
            }
            Noun::Pool => {
                pool::get(&mut read, PoolId::new(subject)).await?;
            }
            Noun::Zone => {
                zone::get(&mut read, ZoneId::new(subject)).await?;
            }
            Noun::Cluster => {
                cluster::get(&mut read, ClusterId::new(subject)).await?;
            }
            Noun::Location
            | Noun::Region
            | Noun::Project
            | Noun::Domain
            | Noun::User
            | Noun::AccessKey
            | Noun::ApplicationCredential
            | Noun::Token
            | Noun::Member
            | Noun::Tag
            | Noun::Export
            | Noun::Namespace
            | Noun::MetadefObject
            | Noun::MetadefProperty
            | Noun::MetadefTag
            | Noun::ResourceType => {
                return Err(Error::invalid("noun", format!("a {noun} has no tags")));
            }
        }
        if caller.is_admin() {
            Ok(())
        } else {
            Err(Error::forbidden(action, noun, subject.simple()))
        }
    }

    /// The tag, if the caller may see what has it.
    pub async fn get_tag(&self, caller: &Caller, id: TagId) -> Result<Tag> {
        let unknown = || Error::not_found(Noun::Tag, id);
        let found = tag::find(&mut self.catalog().read(), id).await?;
        let found = found.ok_or_else(unknown)?;
        let seen = match found.noun {
            Noun::Image => {
                let image = self.known_image(caller, ImageId::new(found.subject)).await;
                image.map(|_known| ())
            }
            Noun::Instance => {
                let id = InstanceId::new(found.subject);
                self.known_instance(caller, id).await.map(|_known| ())
            }
            Noun::Volume => {
                let id = VolumeId::new(found.subject);
                self.known_volume(caller, id).await.map(|_known| ())
            }
            Noun::Snapshot => {
                let id = SnapshotId::new(found.subject);
                self.known_snapshot(caller, id).await.map(|_known| ())
            }
            Noun::Job => {
                let id = JobId::new(found.subject);
                self.get_long_job(caller, id).await.map(|_known| ())
            }
            // Everybody sees them.
            _ => Ok(()),
        };
        match seen {
            Ok(()) => Ok(found),
            Err(Error::NotFound { .. }) => Err(unknown()),
            Err(other) => Err(other),
        }
    }

    /// Tags of something that is about to be made, each once.
    pub(crate) fn new_tags(
        &self,
        noun: Noun,
        subject: Uuid,
        texts: Vec<TagText>,
    ) -> Result<Vec<Tag>> {
        if texts.len() > MAX_TAGS {
            let reason = format!("at most {MAX_TAGS} are allowed");
            return Err(Error::invalid("tags", reason));
        }
        let now = self.now();
        let mut seen = std::collections::BTreeSet::new();
        let mut made = Vec::new();
        for said in texts {
            check(noun, &said)?;
            if seen.insert(said.clone()) {
                made.push(Tag {
                    id: TagId::new(self.new_uuid()),
                    noun,
                    subject,
                    kind: said.kind,
                    text: said.text,
                    pattern: None,
                    created_at: now,
                    updated_at: now,
                });
            }
        }
        Ok(made)
    }
}

/// Refuses what cannot be a tag of that kind on such a thing.
fn check(noun: Noun, said: &TagText) -> Result<()> {
    let text = &said.text;
    check_tag(text)?;
    match said.kind {
        TagKind::System if !is_system(noun, text) => Err(Error::invalid(
            "tag",
            format!("{text:?} is no system tag of a {noun}"),
        )),
        // An image is told by its texts alone.
        TagKind::User if noun == Noun::Image && is_system(noun, text) => Err(Error::invalid(
            "tag",
            format!("{text:?} has the form of a system tag"),
        )),
        TagKind::Firmware => match noun {
            Noun::Image | Noun::Instance => text.parse::<Firmware>().map(|_known| ()),
            _ => Err(Error::invalid("tag", format!("a {noun} has no firmware"))),
        },
        TagKind::System | TagKind::User => Ok(()),
    }
}

/// Saves tags of what a project is making. A user tag whose text is the value of one of its simple
/// patterns is made by that.
pub(crate) async fn insert_all(
    tx: &mut gaze_catalog::Tx,
    maker: ProjectId,
    tags: Vec<Tag>,
) -> Result<(), gaze_catalog::Failure> {
    for mut one in tags {
        if one.kind == TagKind::User {
            let pattern = tag_pattern::find_simple(tx, maker, &one.text).await?;
            one.pattern = pattern.map(|pattern| pattern.id);
        }
        tag::insert(tx, &one).await?;
    }
    Ok(())
}

/// Whether the caller's project owns it.
fn mine(caller: &Caller, owner: ProjectId) -> bool {
    access::owns(caller, owner)
}

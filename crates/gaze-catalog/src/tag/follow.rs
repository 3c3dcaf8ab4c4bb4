//! Keeping tags as what they are on says they are.
//!
//! They come here without ids: an image is told by its texts. So ids are made of what a tag is:
//! the catalogue needs no source of randomness for them.

use std::collections::BTreeSet;

use gaze_domain::tag::kind_on_image;
use gaze_domain::{Firmware, Image, Instance, Noun, ProjectId, Tag, TagId, TagKind, Timestamp};
use gaze_sql::{Tx, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{delete, hex, of_subject, set_text};
use crate::Failure;
use crate::columns::micros;

type Said = BTreeSet<(TagKind, String)>;

/// Makes the tags of an image those that it has by its row. `fresh` is true of an image that had
/// none. A user tag whose text is the value of a simple pattern of the image's owner is made by it.
pub(crate) async fn follow_image(tx: &mut Tx, image: &Image, fresh: bool) -> Result<(), Failure> {
    let texts = image.tags.iter();
    let mut said: Said = texts
        .map(|text| (kind_on_image(text), text.clone()))
        .collect();
    said.extend(firmware(image.firmware));
    let at = Place {
        noun: Noun::Image,
        subject: image.id.uuid(),
        owner: image.owner,
        now: image.updated_at,
    };
    let there = if fresh {
        Vec::new()
    } else {
        of_subject(tx, at.subject).await?
    };
    follow(tx, &at, there, said).await
}

/// Makes the firmware tag of an instance the one that it has by its row.
pub(crate) async fn follow_instance(tx: &mut Tx, instance: &Instance) -> Result<(), Failure> {
    let at = Place {
        noun: Noun::Instance,
        subject: instance.id.uuid(),
        owner: instance.owner,
        now: instance.updated_at,
    };
    let mut there = of_subject(tx, at.subject).await?;
    there.retain(|tag| tag.kind == TagKind::Firmware);
    follow(tx, &at, there, firmware(instance.firmware).collect()).await
}

fn firmware(firmware: Option<Firmware>) -> impl Iterator<Item = (TagKind, String)> {
    firmware
        .map(|firmware| (TagKind::Firmware, firmware.as_str().to_owned()))
        .into_iter()
}

struct Place {
    noun: Noun,
    subject: Uuid,
    owner: ProjectId,
    now: Timestamp,
}

async fn follow(
    tx: &mut Tx,
    at: &Place,
    there: Vec<Tag>,
    mut missing: Said,
) -> Result<(), Failure> {
    let mut ids = BTreeSet::new();
    let mut stale = Vec::new();
    for tag in there {
        ids.insert(tag.id);
        if !missing.remove(&(tag.kind, tag.text.clone())) {
            stale.push(tag);
        }
    }
    for tag in stale {
        // There is one firmware: another takes the place of the one before.
        let next = missing
            .iter()
            .find(|(kind, _)| tag.kind == TagKind::Firmware && *kind == tag.kind)
            .cloned();
        match next {
            Some(next) => {
                set_text(tx, tag.id, &next.1, at.now).await?;
                missing.remove(&next);
            }
            None => delete(tx, tag.id).await?,
        }
    }
    insert_all(tx, at, &ids, &missing)
}

/// One statement for all: bulk inserts are bound by the number of statements.
fn insert_all(
    tx: &mut Tx,
    at: &Place,
    taken: &BTreeSet<TagId>,
    said: &Said,
) -> Result<(), Failure> {
    if said.is_empty() {
        return Ok(());
    }
    let mut args = vec![
        Value::from(at.noun.as_str()),
        hex(at.subject).into(),
        micros(at.now),
    ];
    // PostgreSQL refuses an argument that is nowhere used.
    if said.iter().any(|(kind, _)| *kind == TagKind::User) {
        args.push(at.owner.hex().into());
    }
    let mut rows = Vec::with_capacity(said.len());
    for (kind, text) in said {
        args.extend([
            fresh_id(at.subject, *kind, text, taken).hex().into(),
            kind.as_str().into(),
            text.into(),
        ]);
        let last = args.len();
        let pattern = match kind {
            TagKind::User => format!(
                "(SELECT id FROM tag_pattern WHERE owner_id = $4 AND value = ${last} \
                 AND kind = 'simple')"
            ),
            TagKind::System | TagKind::Firmware => "NULL".to_owned(),
        };
        rows.push(format!(
            "(${}, $1, $2, ${}, ${last}, {pattern}, $3, $3)",
            last - 2,
            last - 1
        ));
    }
    let sql = format!(
        "INSERT INTO tag (id, noun, subject_id, kind, text, pattern_id, created_at, updated_at) \
         VALUES {}",
        rows.join(", ")
    );
    Ok(tx.post(&sql, &args)?)
}

/// An id that the subject's other tags do not have: one that got another text keeps its id.
fn fresh_id(subject: Uuid, kind: TagKind, text: &str, taken: &BTreeSet<TagId>) -> TagId {
    let mut salt = 0_u32;
    loop {
        let mut hash = Sha256::new();
        hash.update(subject.as_bytes());
        hash.update(salt.to_be_bytes());
        hash.update(kind.as_str());
        hash.update([0]);
        hash.update(text);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.finalize()[..16]);
        let id = TagId::new(uuid::Builder::from_sha1_bytes(bytes).into_uuid());
        if !taken.contains(&id) {
            return id;
        }
        salt += 1;
    }
}

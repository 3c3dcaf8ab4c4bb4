//! Tags of everything, as things of their own.

mod follow;
mod list;

use gaze_domain::tag::tagged;
use gaze_domain::{Error, Noun, Tag, TagId, TagKind, TagPatternId, Timestamp};
use gaze_sql::Tx;
use uuid::Uuid;

use crate::columns::{Columns, all, corrupt, micros, one};
use crate::{Failure, Rows};

pub(crate) use follow::{follow_image, follow_instance};
pub use list::{count as count_list, list};

const SELECT: &str = "SELECT t.id, t.noun, t.subject_id, t.kind, t.text, t.pattern_id, \
                      t.created_at, t.updated_at FROM tag t";

fn decode(c: &mut Columns<'_>) -> Result<Tag, Failure> {
    Ok(Tag {
        id: c.parse()?,
        noun: tagged(&c.text()?).map_err(|error| corrupt(&error))?,
        subject: subject(&c.text()?)?,
        kind: c.parse()?,
        text: c.text()?,
        pattern: c.opt_parse()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

fn subject(text: &str) -> Result<Uuid, Failure> {
    Uuid::try_parse(text)
        .map_err(|error| Error::internal("decoding what a tag is on", error).into())
}

fn hex(subject: Uuid) -> String {
    subject.simple().to_string()
}

/// Saves a tag. Fails with [`Error::AlreadyExists`], by its text, if its subject has it already.
pub async fn insert(tx: &mut Tx, tag: &Tag) -> Result<(), Failure> {
    let sql = "INSERT INTO tag (id, noun, subject_id, kind, text, pattern_id, created_at,
               updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    let args = [
        tag.id.hex().into(),
        tag.noun.as_str().into(),
        hex(tag.subject).into(),
        tag.kind.as_str().into(),
        (&tag.text).into(),
        tag.pattern.map(TagPatternId::hex).into(),
        micros(tag.created_at),
        micros(tag.updated_at),
    ];
    match tx.execute(sql, &args).await? {
        0 => Err(Error::exists(Noun::Tag, &tag.text).into()),
        _ => Ok(()),
    }
}

pub async fn find(rows: &mut impl Rows, id: TagId) -> Result<Option<Tag>, Failure> {
    let sql = format!("{SELECT} WHERE t.id = $1");
    one(rows, &sql, &[id.hex().into()], decode).await
}

/// The tag of that text, if the subject has it.
pub async fn find_text(
    rows: &mut impl Rows,
    subject: Uuid,
    kind: TagKind,
    text: &str,
) -> Result<Option<Tag>, Failure> {
    let sql = format!("{SELECT} WHERE t.subject_id = $1 AND t.kind = $2 AND t.text = $3");
    let args = [hex(subject).into(), kind.as_str().into(), text.into()];
    one(rows, &sql, &args, decode).await
}

/// All tags of a subject, the oldest first.
pub async fn of_subject(rows: &mut impl Rows, subject: Uuid) -> Result<Vec<Tag>, Failure> {
    let sql = format!("{SELECT} WHERE t.subject_id = $1 ORDER BY t.created_at, t.id");
    all(rows, &sql, &[hex(subject).into()], decode).await
}

/// All tags made by a pattern.
pub async fn of_pattern(rows: &mut impl Rows, pattern: TagPatternId) -> Result<Vec<Tag>, Failure> {
    let sql = format!("{SELECT} WHERE t.pattern_id = $1 ORDER BY t.created_at, t.id");
    all(rows, &sql, &[pattern.hex().into()], decode).await
}

/// Gives a tag another text.
pub async fn set_text(tx: &mut Tx, id: TagId, text: &str, now: Timestamp) -> Result<(), Failure> {
    let sql = "UPDATE tag SET text = $2, updated_at = $3 WHERE id = $1";
    let args = [id.hex().into(), text.into(), micros(now)];
    let taken = || Error::exists(Noun::Tag, text);
    let updated = tx.execute(sql, &args).await;
    match updated.map_err(|error| crate::failure::refused(error, taken))? {
        0 => Err(Error::not_found(Noun::Tag, id).into()),
        _ => Ok(()),
    }
}

/// Says by which pattern a tag was made.
pub async fn set_pattern(
    tx: &mut Tx,
    id: TagId,
    pattern: Option<TagPatternId>,
) -> Result<(), Failure> {
    let sql = "UPDATE tag SET pattern_id = $2 WHERE id = $1";
    let args = [id.hex().into(), pattern.map(TagPatternId::hex).into()];
    tx.execute(sql, &args).await?;
    Ok(())
}

/// Removes a tag, if it is there.
pub async fn delete(tx: &mut Tx, id: TagId) -> Result<(), Failure> {
    tx.execute("DELETE FROM tag WHERE id = $1", &[id.hex().into()])
        .await?;
    Ok(())
}

/// Removes the tags of what is removed.
pub(crate) async fn forget(tx: &mut Tx, subject: &str) -> Result<(), Failure> {
    tx.execute("DELETE FROM tag WHERE subject_id = $1", &[subject.into()])
        .await?;
    Ok(())
}

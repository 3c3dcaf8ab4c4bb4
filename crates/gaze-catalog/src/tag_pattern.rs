//! Tag patterns.

use gaze_domain::{Error, Noun, ProjectId, TagPattern, TagPatternId};
use gaze_sql::Tx;

use crate::columns::{Columns, all, micros, one};
use crate::failure::refused;
use crate::{Failure, Rows};

const SELECT: &str = "SELECT id, owner_id, name, value, description, color, kind, created_at, \
                      updated_at FROM tag_pattern";

fn decode(c: &mut Columns<'_>) -> Result<TagPattern, Failure> {
    Ok(TagPattern {
        id: c.parse()?,
        owner: c.parse()?,
        name: c.text()?,
        value: c.text()?,
        description: c.opt_text()?,
        color: c.opt_text()?,
        kind: c.parse()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

/// Saves a pattern. Fails with [`Error::AlreadyExists`] by its id or by its value.
pub async fn insert(tx: &mut Tx, pattern: &TagPattern) -> Result<(), Failure> {
    if find(tx, pattern.id).await?.is_some() {
        return Err(Error::exists(Noun::Tag, pattern.id).into());
    }
    let sql = "INSERT INTO tag_pattern (id, owner_id, name, value, description, color, kind,
               created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
               ON CONFLICT DO NOTHING";
    let args = [
        pattern.id.hex().into(),
        pattern.owner.hex().into(),
        (&pattern.name).into(),
        (&pattern.value).into(),
        pattern.description.clone().into(),
        pattern.color.clone().into(),
        pattern.kind.as_str().into(),
        micros(pattern.created_at),
        micros(pattern.updated_at),
    ];
    match tx.execute(sql, &args).await? {
        0 => Err(Error::exists(Noun::Tag, &pattern.value).into()),
        _ => Ok(()),
    }
}

/// Saves what may change of a pattern.
pub async fn update(tx: &mut Tx, pattern: &TagPattern) -> Result<(), Failure> {
    let sql = "UPDATE tag_pattern SET name = $2, value = $3, description = $4, color = $5,
               updated_at = $6 WHERE id = $1";
    let args = [
        pattern.id.hex().into(),
        (&pattern.name).into(),
        (&pattern.value).into(),
        pattern.description.clone().into(),
        pattern.color.clone().into(),
        micros(pattern.updated_at),
    ];
    let taken = || Error::exists(Noun::Tag, &pattern.value);
    let updated = tx.execute(sql, &args).await;
    match updated.map_err(|error| refused(error, taken))? {
        0 => Err(Error::not_found(Noun::Tag, pattern.id).into()),
        _ => Ok(()),
    }
}

pub async fn find(rows: &mut impl Rows, id: TagPatternId) -> Result<Option<TagPattern>, Failure> {
    let sql = format!("{SELECT} WHERE id = $1");
    one(rows, &sql, &[id.hex().into()], decode).await
}

/// The project's simple pattern of that value.
pub async fn find_simple(
    rows: &mut impl Rows,
    owner: ProjectId,
    value: &str,
) -> Result<Option<TagPattern>, Failure> {
    let sql = format!("{SELECT} WHERE owner_id = $1 AND value = $2 AND kind = 'simple'");
    one(rows, &sql, &[owner.hex().into(), value.into()], decode).await
}

/// Of one project or of all, the oldest first.
pub async fn list(
    rows: &mut impl Rows,
    owner: Option<ProjectId>,
) -> Result<Vec<TagPattern>, Failure> {
    let (filter, args) = match owner {
        Some(owner) => ("WHERE owner_id = $1", vec![owner.hex().into()]),
        None => ("", Vec::new()),
    };
    let sql = format!("{SELECT} {filter} ORDER BY created_at, id");
    all(rows, &sql, &args, decode).await
}

pub async fn delete(tx: &mut Tx, id: TagPatternId) -> Result<(), Failure> {
    tx.execute("DELETE FROM tag_pattern WHERE id = $1", &[id.hex().into()])
        .await?;
    Ok(())
}

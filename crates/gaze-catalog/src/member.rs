//! Members of shared images.

use gaze_domain::{Error, ImageId, Member, MemberState, Noun, ProjectId, Timestamp};
use gaze_sql::Tx;

use crate::columns::{Columns, all, micros, one};
use crate::{Failure, Rows};

const SELECT: &str = "SELECT image_id, project_id, state, created_at, updated_at FROM image_member";

fn decode(c: &mut Columns<'_>) -> Result<Member, Failure> {
    Ok(Member {
        image: c.parse()?,
        project: c.parse()?,
        state: c.parse()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

pub async fn insert(tx: &mut Tx, member: &Member) -> Result<(), Failure> {
    let sql = "INSERT INTO image_member (image_id, project_id, state, created_at, updated_at)
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    let args = [
        member.image.hex().into(),
        member.project.hex().into(),
        member.state.as_str().into(),
        micros(member.created_at),
        micros(member.updated_at),
    ];
    match tx.execute(sql, &args).await? {
        0 => Err(Error::exists(Noun::Member, member.project).into()),
        _ => Ok(()),
    }
}

pub async fn list(rows: &mut impl Rows, image: ImageId) -> Result<Vec<Member>, Failure> {
    let sql = format!("{SELECT} WHERE image_id = $1 ORDER BY created_at, project_id");
    all(rows, &sql, &[image.hex().into()], decode).await
}

pub async fn find(
    rows: &mut impl Rows,
    image: ImageId,
    project: ProjectId,
) -> Result<Option<Member>, Failure> {
    let sql = format!("{SELECT} WHERE image_id = $1 AND project_id = $2");
    one(
        rows,
        &sql,
        &[image.hex().into(), project.hex().into()],
        decode,
    )
    .await
}

pub async fn set_state(
    tx: &mut Tx,
    image: ImageId,
    project: ProjectId,
    state: MemberState,
    now: Timestamp,
) -> Result<(), Failure> {
    let sql = "UPDATE image_member SET state = $1, updated_at = $2
               WHERE image_id = $3 AND project_id = $4";
    let args = [
        state.as_str().into(),
        micros(now),
        image.hex().into(),
        project.hex().into(),
    ];
    match tx.execute(sql, &args).await? {
        0 => Err(Error::not_found(Noun::Member, project).into()),
        _ => Ok(()),
    }
}

pub async fn delete(tx: &mut Tx, image: ImageId, project: ProjectId) -> Result<(), Failure> {
    let sql = "DELETE FROM image_member WHERE image_id = $1 AND project_id = $2";
    match tx
        .execute(sql, &[image.hex().into(), project.hex().into()])
        .await?
    {
        0 => Err(Error::not_found(Noun::Member, project).into()),
        _ => Ok(()),
    }
}

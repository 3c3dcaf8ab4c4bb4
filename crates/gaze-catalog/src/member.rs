//! Members of shared images.

use gaze_domain::{Error, ImageId, Member, MemberState, Noun, ProjectId, Timestamp};
use gaze_sql::{Tx, Value};

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
    let sql = "INSERT INTO image_member
               (image_id, project_id, state, created_at, updated_at, image_created_at, class_id)
               VALUES ($1, $2, $3, $4, $5, (SELECT created_at FROM image WHERE id = $1),
                       (SELECT class_id FROM image WHERE id = $1))
               ON CONFLICT DO NOTHING";
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

/// Shares an image with a project that need not accept it. Whoever has rejected it has decided.
pub async fn share(
    tx: &mut Tx,
    image: ImageId,
    project: ProjectId,
    now: Timestamp,
) -> Result<(), Failure> {
    let sql = "INSERT INTO image_member
               (image_id, project_id, state, created_at, updated_at, image_created_at, class_id)
               VALUES ($1, $2, 'accepted', $3, $3, (SELECT created_at FROM image WHERE id = $1),
                       (SELECT class_id FROM image WHERE id = $1))
               ON CONFLICT (image_id, project_id)
               DO UPDATE SET state = 'accepted', updated_at = excluded.updated_at
               WHERE image_member.state = 'pending'";
    let args = [image.hex().into(), project.hex().into(), micros(now)];
    tx.execute(sql, &args).await?;
    Ok(())
}

/// Ends the membership of a project, if there is one, or of all.
pub async fn unshare(
    tx: &mut Tx,
    image: ImageId,
    project: Option<ProjectId>,
) -> Result<(), Failure> {
    let (sql, args) = match project {
        Some(project) => (
            "DELETE FROM image_member WHERE image_id = $1 AND project_id = $2",
            vec![image.hex().into(), project.hex().into()],
        ),
        None => (
            "DELETE FROM image_member WHERE image_id = $1",
            vec![image.hex().into()],
        ),
    };
    tx.execute(sql, &args).await?;
    Ok(())
}

/// An image and whom it is shared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub image: ImageId,
    pub owner: ProjectId,
    /// `None`: everybody.
    pub with: Option<ProjectId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What is shared by a project or with it, or by anybody, oldest first; at most so many. That an
/// image is public is told of one's own images only.
pub async fn shares(
    rows: &mut impl Rows,
    of: Option<ProjectId>,
    limit: u32,
) -> Result<Vec<Share>, Failure> {
    let mut args = vec![Value::from(limit)];
    let (members, public) = match of {
        Some(project) => {
            args.push(project.hex().into());
            (
                "WHERE i.owner_id = $2 OR m.project_id = $2",
                "AND i.owner_id = $2",
            )
        }
        None => ("", ""),
    };
    let sql = format!(
        "SELECT m.image_id AS image, i.owner_id AS owner, m.project_id AS project,
         m.created_at AS created, m.updated_at AS updated
         FROM image_member m JOIN image i ON i.id = m.image_id {members}
         UNION ALL SELECT i.id, i.owner_id, NULL, i.created_at, i.updated_at FROM image i
         WHERE i.visibility = 'public' {public}
         ORDER BY 4, 1, 3 LIMIT $1"
    );
    all(rows, &sql, &args, |c| {
        Ok(Share {
            image: c.parse()?,
            owner: c.parse()?,
            with: c.opt_parse()?,
            created_at: c.time()?,
            updated_at: c.time()?,
        })
    })
    .await
}

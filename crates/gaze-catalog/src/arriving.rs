//! Images of a project whose bytes are not all there, or not let in yet.

use gaze_domain::quota::Arriving;
use gaze_domain::{ProjectId, Status};

use crate::columns::Columns;
use crate::{Failure, Rows};

/// How much is arriving. Costs as much as the images that the project owns.
pub async fn of(rows: &mut impl Rows, project: ProjectId) -> Result<Arriving, Failure> {
    // A sum of integers is a numeric on PostgreSQL.
    let sql = "SELECT COUNT(*), \
               CAST(COALESCE(SUM(CASE WHEN status = $2 THEN size ELSE 0 END), 0) AS BIGINT) \
               FROM image WHERE owner_id = $1 AND status IN ($2, $3, $4, $5)";
    let args = [
        project.hex().into(),
        Status::Staged.as_str().into(),
        Status::Saving.as_str().into(),
        Status::Importing.as_str().into(),
        Status::Capturing.as_str().into(),
    ];
    let found = rows.rows(sql, &args).await?;
    let Some(row) = found.first() else {
        return Ok(Arriving::default());
    };
    let mut columns = Columns::new(row);
    Ok(Arriving {
        images: columns.unsigned()?,
        staged_bytes: columns.unsigned()?,
    })
}

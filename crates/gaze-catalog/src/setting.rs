//! Small facts about the installation itself.

use gaze_sql::Tx;

use crate::columns::one;
use crate::{Failure, Rows};

pub async fn find(rows: &mut impl Rows, name: &str) -> Result<Option<String>, Failure> {
    one(
        rows,
        "SELECT value FROM setting WHERE name = $1",
        &[name.into()],
        |c| c.text(),
    )
    .await
}

/// Sets the value if the name is new. Returns whether it was.
pub async fn set_once(tx: &mut Tx, name: &str, value: &str) -> Result<bool, Failure> {
    let sql = "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    Ok(tx.execute(sql, &[name.into(), value.into()]).await? == 1)
}

/// The next number of a counter, from 1.
pub(crate) async fn next_number(tx: &mut Tx, counter: &str) -> Result<i64, Failure> {
    let sql = "UPDATE counter SET value = value + 1 WHERE name = $1 RETURNING value";
    one(tx, sql, &[counter.into()], |c| c.int())
        .await?
        .ok_or_else(|| {
            gaze_domain::Error::internal("counting", format!("no counter {counter}")).into()
        })
}

//! Domains.

use gaze_domain::{Domain, DomainId, Error, Noun};
use gaze_sql::Tx;

use crate::columns::{Columns, all, micros, one};
use crate::{Failure, Rows};

const SELECT: &str = "SELECT id, COALESCE(external_name, name), created_at FROM domain";

fn decode(c: &mut Columns<'_>) -> Result<Domain, Failure> {
    Ok(Domain {
        id: c.parse()?,
        name: c.text()?,
        created_at: c.time()?,
    })
}

pub async fn insert(tx: &mut Tx, domain: &Domain) -> Result<(), Failure> {
    let sql =
        "INSERT INTO domain (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    let args = [
        domain.id.hex().into(),
        (&domain.name).into(),
        micros(domain.created_at),
    ];
    match tx.execute(sql, &args).await? {
        0 => Err(Error::exists(Noun::Domain, &domain.name).into()),
        _ => Ok(()),
    }
}

pub async fn find(rows: &mut impl Rows, id: DomainId) -> Result<Option<Domain>, Failure> {
    one(
        rows,
        &format!("{SELECT} WHERE id = $1"),
        &[id.hex().into()],
        decode,
    )
    .await
}

pub async fn find_by_name(rows: &mut impl Rows, name: &str) -> Result<Option<Domain>, Failure> {
    one(
        rows,
        &format!("{SELECT} WHERE name = $1"),
        &[name.into()],
        decode,
    )
    .await
}

pub async fn list(rows: &mut impl Rows) -> Result<Vec<Domain>, Failure> {
    all(
        rows,
        &format!("{SELECT} ORDER BY created_at, id"),
        &[],
        decode,
    )
    .await
}

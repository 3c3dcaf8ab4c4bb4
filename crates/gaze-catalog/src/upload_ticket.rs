//! Upload tickets: the right to send the bytes of one image, known by the SHA-256 of its secret.

use gaze_domain::{Error, ImageId, Noun, Timestamp};
use gaze_sql::Tx;

use crate::columns::{Columns, all, micros, one};
use crate::{Failure, Rows};

const SELECT: &str = "SELECT image_id, hash, again, created_at, expires_at FROM upload_ticket";

/// A row as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadTicket {
    pub image: ImageId,
    /// SHA-256 of the secret, lower-case hexadecimal.
    pub hash: String,
    /// The same of the secret that was told last to whoever asked for it again.
    pub again: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

fn decode(c: &mut Columns<'_>) -> Result<UploadTicket, Failure> {
    Ok(UploadTicket {
        image: c.parse()?,
        hash: c.text()?,
        again: c.opt_text()?,
        created_at: c.time()?,
        expires_at: c.time()?,
    })
}

/// Records the ticket of a new image.
pub async fn insert(tx: &mut Tx, ticket: &UploadTicket) -> Result<(), Failure> {
    let sql = "INSERT INTO upload_ticket (image_id, hash, again, created_at, expires_at)
               VALUES ($1, $2, $3, $4, $5)";
    let args = [
        ticket.image.hex().into(),
        (&ticket.hash).into(),
        ticket.again.clone().into(),
        micros(ticket.created_at),
        micros(ticket.expires_at),
    ];
    tx.execute(sql, &args).await?;
    Ok(())
}

/// Replaces the second secret. Fails with [`Error::NotFound`] if the image has no ticket.
pub async fn set_again(tx: &mut Tx, image: ImageId, hash: &str) -> Result<(), Failure> {
    let sql = "UPDATE upload_ticket SET again = $1 WHERE image_id = $2";
    match tx.execute(sql, &[hash.into(), image.hex().into()]).await? {
        0 => Err(Error::not_found(Noun::Image, image).into()),
        _ => Ok(()),
    }
}

/// The ticket that one of whose secrets has this hash; an expired one is found too.
pub async fn find_by_hash(
    rows: &mut impl Rows,
    hash: &str,
) -> Result<Option<UploadTicket>, Failure> {
    let sql = format!("{SELECT} WHERE hash = $1 OR again = $1");
    one(rows, &sql, &[hash.into()], decode).await
}

pub async fn find(rows: &mut impl Rows, image: ImageId) -> Result<Option<UploadTicket>, Failure> {
    let sql = format!("{SELECT} WHERE image_id = $1");
    one(rows, &sql, &[image.hex().into()], decode).await
}

/// Ends the right, if there is one.
pub async fn delete(tx: &mut Tx, image: ImageId) -> Result<(), Failure> {
    tx.execute(
        "DELETE FROM upload_ticket WHERE image_id = $1",
        &[image.hex().into()],
    )
    .await?;
    Ok(())
}

/// Images that nobody may send any more and nobody is sending, oldest ticket first.
pub async fn expired(
    rows: &mut impl Rows,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<ImageId>, Failure> {
    let sql = "SELECT t.image_id FROM upload_ticket t JOIN image i ON i.id = t.image_id
               WHERE t.expires_at <= $1 AND i.status = 'queued'
               ORDER BY t.expires_at LIMIT $2";
    all(rows, sql, &[micros(now), limit.into()], |c| c.parse()).await
}

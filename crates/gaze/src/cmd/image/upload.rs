//! Sending a file's bytes.

use std::path::Path;

use anyhow::{Context as _, Result};
use futures_util::TryStreamExt as _;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Body, Method};
use serde_json::Value;
use tokio_util::io::ReaderStream;

use crate::client::Query;
use crate::cmd::{Session, progress};
use crate::failure::Failure;

/// Read and sent at once; smaller pieces cost more than they save.
const PIECE: usize = 256 << 10;

/// Refuses what is no file before anything is made for it.
pub(super) fn check(file: &Path) -> Result<u64> {
    let found =
        std::fs::metadata(file).with_context(|| format!("{} cannot be read", file.display()))?;
    if !found.is_file() {
        return Err(Failure::new(format!("{} is no file", file.display())).into());
    }
    Ok(found.len())
}

/// Uploads a file into a queued image and returns the image.
pub(super) async fn upload(
    session: &Session,
    id: &str,
    file: &Path,
    stores: &[String],
) -> Result<Value> {
    let size = check(file)?;
    let opened = tokio::fs::File::open(file)
        .await
        .with_context(|| format!("{} cannot be read", file.display()))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let bar = progress::bar(&name, Some(size))?;
    let shown = bar.clone();
    let pieces = ReaderStream::with_capacity(opened, PIECE)
        .inspect_ok(move |piece| shown.inc(piece.len() as u64));
    let mut query = Query::default();
    for store in stores {
        query.push("store", store);
    }
    let request = session
        .client
        .request(Method::PUT, &format!("/images/{id}/data{}", query.text()))
        .header(CONTENT_TYPE, "application/octet-stream")
        .header(CONTENT_LENGTH, size)
        .body(Body::wrap_stream(pieces));
    let outcome = session.client.ask(request).await;
    bar.finish_and_clear();
    outcome
}

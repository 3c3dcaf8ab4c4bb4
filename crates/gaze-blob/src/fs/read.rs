//! A download: one thread that reads the file ahead of its reader, by a few chunks.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;
use std::thread;

use bytes::Bytes;
use futures_util::stream;
use tokio::sync::{mpsc, oneshot};

use super::layout::{Layout, is_absence};
use crate::error::{BlobError, BlobErrorKind};
use crate::key::Key;
use crate::reader::{READ_CHUNK_BYTES, Reader};

const OP: &str = "read the blob";

/// How many chunks a download is read ahead.
const CHUNKS_AHEAD: usize = 4;

/// Stack of a reading thread, in bytes: it calls nothing deep, and a slow client keeps it long.
const STACK_BYTES: usize = 128 * 1024;

type Opened = Result<(u64, Range<u64>), BlobError>;

/// Opens the blob and starts the reading thread, which waits while its reader is behind and ends
/// when its reader is dropped.
pub(super) async fn open(
    layout: Arc<Layout>,
    key: Key,
    range: Option<Range<u64>>,
) -> Result<Reader, BlobError> {
    let (ready, is_ready) = oneshot::channel();
    let (chunks, received) = mpsc::channel(CHUNKS_AHEAD);
    thread::Builder::new()
        .name("gaze-read".into())
        .stack_size(STACK_BYTES)
        .spawn(move || run(&layout, &key, range, ready, &chunks))
        .map_err(|error| BlobError::new(BlobErrorKind::Unavailable, OP).because(error))?;
    let opened: Opened = is_ready
        .await
        .map_err(|ended| BlobError::new(BlobErrorKind::Io, OP).because(ended))?;
    let (size, range) = opened?;
    let chunks = stream::unfold(received, |mut received| async {
        received.recv().await.map(|chunk| (chunk, received))
    });
    Ok(Reader::new(size, range, chunks))
}

fn run(
    layout: &Layout,
    key: &Key,
    range: Option<Range<u64>>,
    ready: oneshot::Sender<Opened>,
    chunks: &mpsc::Sender<Result<Bytes, BlobError>>,
) {
    let (mut file, size, range) = match find(layout, key, range) {
        Ok(found) => found,
        Err(error) => {
            ready.send(Err(error)).ok();
            return;
        }
    };
    let mut left = range.end - range.start;
    if ready.send(Ok((size, range))).is_err() {
        return;
    }
    while left > 0 {
        match read_chunk(&mut file, left) {
            // The stream says itself that the file was shorter than its range.
            Ok(chunk) if chunk.is_empty() => return,
            Ok(chunk) => {
                left -= chunk.len() as u64;
                if chunks.blocking_send(Ok(chunk)).is_err() {
                    return;
                }
            }
            Err(error) => {
                chunks
                    .blocking_send(Err(BlobError::io(OP, error).of(key)))
                    .ok();
                return;
            }
        }
    }
}

/// The open file, placed at the start of the range, its size and the range clipped to it.
fn find(
    layout: &Layout,
    key: &Key,
    range: Option<Range<u64>>,
) -> Result<(File, u64, Range<u64>), BlobError> {
    let failed = |error| BlobError::io(OP, error).of(key);
    let mut file = match File::open(layout.blob(key)) {
        Ok(file) => file,
        Err(error) if is_absence(&error) => return Err(layout.absent(OP, key)),
        Err(error) => return Err(failed(error)),
    };
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(layout.absent(OP, key));
    }
    let range = Reader::resolve(range, metadata.len()).map_err(|error| error.of(key))?;
    file.seek(SeekFrom::Start(range.start)).map_err(failed)?;
    Ok((file, metadata.len(), range))
}

/// The next chunk, at most `left` bytes; empty at the end of the file. The buffer is filled as it
/// is, without zeroing it first.
fn read_chunk(file: &mut File, left: u64) -> std::io::Result<Bytes> {
    let want = usize::try_from(left).map_or(READ_CHUNK_BYTES, |left| left.min(READ_CHUNK_BYTES));
    let mut buffer = Vec::with_capacity(want);
    file.take(want as u64).read_to_end(&mut buffer)?;
    Ok(buffer.into())
}

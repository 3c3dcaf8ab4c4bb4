//! A download: an open file that is read in pieces by the pool of threads for blocking work, one
//! piece ahead of its reader. A slow reader holds a descriptor and a piece, never a thread.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use futures_util::{Stream, stream};
use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, SeekFrom, openat2, seek};
use rustix::io::Errno;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::JoinHandle;

use super::blocking;
use super::layout::{Layout, is_absence};
use crate::error::{BlobError, BlobErrorKind};
use crate::key::Key;
use crate::reader::{READ_CHUNK_BYTES, Reader};

const OP: &str = "read the blob";

/// Pieces of any files that are read at one time: more would not make a disk faster, and the
/// threads have other work as well.
static READS: Semaphore = Semaphore::const_new(16);

/// Blobs that are opened at one time: a crowd of downloads must not become a crowd of threads.
static OPENS: Semaphore = Semaphore::const_new(16);

/// Opens the blob. Nothing is read before the reader is.
pub(super) async fn open(
    layout: Arc<Layout>,
    key: Key,
    range: Option<Range<u64>>,
) -> Result<Reader, BlobError> {
    let (found, key) = match at_hand(&layout, &key) {
        Some(file) => (found(&layout, &key, file, range)?, key),
        None => look(layout, key, range).await?,
    };
    let Found { file, size, range } = found;
    let file = Arc::new(file);
    let pieces = Pieces {
        file: Arc::clone(&file),
        key,
        left: range.clone(),
        ahead: None,
    };
    Ok(Reader::new(size, range, pieces.stream()).of_file(file))
}

struct Found {
    file: File,
    size: u64,
    /// Clipped to the file.
    range: Range<u64>,
}

/// The file, if the kernel has all of its path in memory (`RESOLVE_CACHED`, openat2(2)): to open it
/// takes less than to wake a thread that may wait for a disk.
fn at_hand(layout: &Layout, key: &Key) -> Option<File> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let opened = openat2(
        CWD,
        layout.blob(key),
        flags,
        Mode::empty(),
        ResolveFlags::CACHED,
    );
    // Whatever is the matter is found out where one may wait.
    opened.ok().map(File::from)
}

/// The same, wherever the kernel has to look for it.
async fn look(
    layout: Arc<Layout>,
    key: Key,
    range: Option<Range<u64>>,
) -> Result<(Found, Key), BlobError> {
    let permit = OPENS.acquire().await.map_err(|closed| {
        let error = BlobError::new(BlobErrorKind::Unavailable, OP);
        error.of(&key).because(closed)
    })?;
    let looked = blocking(OP, move || {
        let file = match File::open(layout.blob(&key)) {
            Ok(file) => file,
            Err(error) if is_absence(&error) => return Err(layout.absent(OP, &key)),
            Err(error) => return Err(BlobError::io(OP, error).of(&key)),
        };
        Ok((found(&layout, &key, file, range)?, key))
    });
    let looked = looked.await?;
    drop(permit);
    Ok(looked)
}

fn found(
    layout: &Layout,
    key: &Key,
    file: File,
    range: Option<Range<u64>>,
) -> Result<Found, BlobError> {
    let metadata = file
        .metadata()
        .map_err(|error| BlobError::io(OP, error).of(key))?;
    if !metadata.is_file() {
        return Err(layout.absent(OP, key));
    }
    let size = metadata.len();
    let range = Reader::resolve(range, size).map_err(|error| error.of(key))?;
    Ok(Found { file, size, range })
}

type Reading = JoinHandle<std::io::Result<Bytes>>;

struct Pieces {
    file: Arc<File>,
    key: Key,
    /// What nobody reads yet.
    left: Range<u64>,
    /// The next piece, which is being read.
    ahead: Option<Reading>,
}

impl Pieces {
    /// Ends after an error, or where the file does; that this may be before its range does is the
    /// reader's to tell.
    fn stream(self) -> impl Stream<Item = Result<Bytes, BlobError>> + Send {
        stream::unfold(Some(self), |pieces| async move {
            let mut pieces = pieces?;
            match pieces.next().await {
                Ok(chunk) if chunk.is_empty() => None,
                Ok(chunk) => Some((Ok(chunk), Some(pieces))),
                Err(error) => Some((Err(error), None)),
            }
        })
    }

    async fn next(&mut self) -> Result<Bytes, BlobError> {
        let failed = |error: BlobError| error.of(&self.key);
        let reading = if let Some(reading) = self.ahead.take() {
            reading
        } else {
            let permit = READS.acquire().await.map_err(|closed| {
                failed(BlobError::new(BlobErrorKind::Unavailable, OP).because(closed))
            })?;
            begin(&self.file, &mut self.left, permit)
        };
        let read = reading
            .await
            .map_err(|ended| failed(BlobError::new(BlobErrorKind::Io, OP).because(ended)))?;
        let chunk = read.map_err(|error| failed(BlobError::io(OP, error)))?;
        if !self.left.is_empty()
            && !chunk.is_empty()
            && let Ok(permit) = READS.try_acquire()
        {
            self.ahead = Some(begin(&self.file, &mut self.left, permit));
        }
        Ok(chunk)
    }
}

/// Begins to read the next piece of what is left.
fn begin(file: &Arc<File>, left: &mut Range<u64>, permit: SemaphorePermit<'static>) -> Reading {
    let at = left.start;
    let len = usize::try_from(left.end.saturating_sub(at)).unwrap_or(usize::MAX);
    let len = len.min(READ_CHUNK_BYTES);
    left.start += len as u64;
    let file = Arc::clone(file);
    tokio::task::spawn_blocking(move || {
        let read = read(&file, at, len);
        drop(permit);
        read
    })
}

/// Zeros of a hole, shared by all who read one.
static ZEROS: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(vec![0; READ_CHUNK_BYTES]));

/// Whether the file has nothing but a hole there. Reading it would fill memory with zeros.
fn is_hole(file: &File, at: u64, len: usize) -> bool {
    let end = at + len as u64;
    match seek(file, SeekFrom::Data(at)) {
        Ok(data) => data >= end,
        // Nothing but a hole is left, or less than there was (lseek(2)).
        Err(Errno::NXIO) => file.metadata().is_ok_and(|it| it.len() >= end),
        // Not every file system can tell.
        Err(_) => false,
    }
}

/// That many bytes, or fewer at the end of the file.
fn read(file: &File, at: u64, len: usize) -> std::io::Result<Bytes> {
    if len > 0 && len <= ZEROS.len() && is_hole(file, at, len) {
        return Ok(ZEROS.slice(..len));
    }
    let mut buffer = vec![0; len];
    let mut filled = 0;
    while filled < len {
        match file.read_at(&mut buffer[filled..], at + filled as u64) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    buffer.truncate(filled);
    Ok(buffer.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::TryStreamExt as _;

    #[test]
    fn a_file_that_is_in_memory_is_opened_without_a_thread() {
        let root = tempfile::tempdir().unwrap();
        let layout = Arc::new(Layout::new(root.path().to_owned(), "store".into()));
        let (written, absent) = (Key::parse("a/b").unwrap(), Key::parse("a/c").unwrap());
        std::fs::create_dir_all(layout.blobs().join("a")).unwrap();
        std::fs::write(layout.blob(&written), "bytes").unwrap();
        assert!(at_hand(&layout, &absent).is_none());
        // There is no runtime yet, and so no thread to be asked.
        let opening = open(Arc::clone(&layout), written, Some(1..9));
        let reader = futures_util::FutureExt::now_or_never(opening)
            .unwrap()
            .unwrap();
        assert_eq!((reader.size(), reader.range()), (5, 1..5));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let read: Vec<Bytes> = runtime.block_on(reader.try_collect()).unwrap();
        assert_eq!(read.concat(), b"ytes");
    }
}

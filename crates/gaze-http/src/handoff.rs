//! Bytes of files handed to the kernel, which moves them to the client's socket by itself
//! (`sendfile(2)`): no copy, no thread, no buffer of ours.
//!
//! The HTTP library knows only bytes in memory. So a body gives it a stand-in: as many bytes of
//! [`STAND_IN`] as the file's piece has, and notes the piece in the connection's queue. The library
//! hands these bytes down, unseen, to [`Sending`], which knows them by where they are and sends the
//! queue's first piece in their place. That is right where the body's bytes go out as they are and
//! in their order: on HTTP/1 without TLS, with `Content-Length`. Elsewhere nobody calls
//! [`FileBody::hand_to`], and the body reads the file.

use std::collections::VecDeque;
use std::fs::File;
use std::future::Future;
use std::io::{self, IoSlice};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::pin::Pin;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use crate::body::{BodyStream, BoxError};
use crate::holes::{self, Run, Sparse};

/// Most bytes of one piece of a file: some round trips of a fast connection, and few enough that other
/// connections of the same thread get their turn.
pub(crate) const PIECE: usize = 1 << 20;

/// What stands in for a piece. It is never read and never written, so its pages are never there.
static STAND_IN: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(vec![0; PIECE]));

/// Files of which pieces are brought into memory at one time.
static FETCHES: Semaphore = Semaphore::const_new(16);

fn stands_in(bytes: &[u8]) -> bool {
    STAND_IN.as_ptr_range().contains(&bytes.as_ptr())
}

/// The pieces that a connection's stand-ins stand for, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Handoff {
    pieces: Arc<Mutex<VecDeque<Piece>>>,
}

#[derive(Debug)]
struct Piece {
    file: Arc<File>,
    range: Range<u64>,
}

impl Handoff {
    fn push(&self, piece: Piece) {
        self.pieces
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_back(piece);
    }

    fn is_empty(&self) -> bool {
        let pieces = self.pieces.lock();
        pieces.unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Sends at most `most` bytes of the first piece. `send` is told the file, where in it, and how
    /// many.
    fn send(
        &self,
        most: usize,
        send: impl FnOnce(&File, u64, usize) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let mut pieces = self.pieces.lock().unwrap_or_else(PoisonError::into_inner);
        let lost = || io::Error::new(io::ErrorKind::InvalidData, "the bytes of no file are sent");
        let piece = pieces.front_mut().ok_or_else(lost)?;
        let left = piece.range.end - piece.range.start;
        let many = usize::try_from(left).unwrap_or(usize::MAX).min(most);
        let sent = send(&piece.file, piece.range.start, many)?;
        if sent == 0 {
            let what = "the file became shorter while it was sent";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, what));
        }
        piece.range.start += sent as u64;
        if piece.range.is_empty() {
            pieces.pop_front();
        }
        Ok(sent)
    }
}

/// A connection on which bytes of files stand for themselves.
#[derive(Debug)]
pub(crate) struct Sending {
    stream: TcpStream,
    handoff: Handoff,
    corked: bool,
}

impl Sending {
    pub(crate) fn new(stream: TcpStream, handoff: Handoff) -> Self {
        Self {
            stream,
            handoff,
            corked: false,
        }
    }

    /// Whether the kernel keeps back a segment that is not full (`TCP_CORK`, tcp(7)). It moves bytes
    /// of a file in portions of its own, of which each would end in a small segment and wake the
    /// client: measured, 13,000 times for a GiB, and 6,000 times if it waits for more.
    fn cork(&mut self, corked: bool) {
        if self.corked == corked {
            return;
        }
        self.corked = corked;
        if let Err(error) = rustix::net::sockopt::set_tcp_cork(&self.stream, corked) {
            tracing::debug!("TCP_CORK could not be set: {error}");
        }
    }

    fn poll_send(&mut self, context: &mut Context<'_>, most: usize) -> Poll<io::Result<usize>> {
        self.cork(true);
        loop {
            ready!(self.stream.poll_write_ready(context))?;
            let sent = self.stream.try_io(Interest::WRITABLE, || {
                self.handoff.send(most, |file, at, many| {
                    let mut at = at;
                    let sent = rustix::fs::sendfile(&self.stream, file, Some(&mut at), many);
                    sent.map_err(io::Error::from)
                })
            });
            match sent {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                sent => return Poll::Ready(sent),
            }
        }
    }
}

impl AsyncRead for Sending {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Sending {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        if stands_in(data) {
            return self.poll_send(context, data.len());
        }
        Pin::new(&mut self.stream).poll_write(context, data)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match data.iter().position(|slice| stands_in(slice)) {
            None => Pin::new(&mut self.stream).poll_write_vectored(context, data),
            Some(0) => self.poll_send(context, data[0].len()),
            Some(at) => Pin::new(&mut self.stream).poll_write_vectored(context, &data[..at]),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Nothing is kept back of what was sent to its end.
        if self.corked && self.handoff.is_empty() {
            self.cork(false);
        }
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// How a connection takes bytes of files, once it is known; an extension of the response.
#[derive(Clone, Debug, Default)]
pub(crate) struct Taker(Arc<OnceLock<Handoff>>);

impl Taker {
    /// The connection takes pieces of files itself.
    pub(crate) fn hand_to(&self, handoff: &Handoff) {
        // Only the connection that sends the response says so, and once.
        self.0.get_or_init(|| handoff.clone());
    }
}

/// A body of bytes of a file: handed over if the connection takes them, else read by a stream.
pub(crate) struct FileBody {
    file: Arc<File>,
    left: Range<u64>,
    taker: Taker,
    /// Yields the same bytes.
    stream: BodyStream,
    /// Brings the next piece into memory.
    fetching: Option<Fetching>,
    /// Where the file has holes.
    sparse: Sparse,
}

type Fetching = Pin<Box<dyn Future<Output = io::Result<()>> + Send>>;

impl FileBody {
    pub(crate) fn new(file: Arc<File>, range: Range<u64>, stream: BodyStream) -> Self {
        Self {
            sparse: Sparse::of(&file),
            file,
            left: range,
            taker: Taker::default(),
            stream,
            fetching: None,
        }
    }

    pub(crate) fn taker(&self) -> Taker {
        self.taker.clone()
    }

    fn poll_piece(
        &mut self,
        handoff: &Handoff,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let start = self.left.start;
        let many = usize::try_from(self.left.end - start).unwrap_or(usize::MAX);
        let many = many.min(PIECE);
        if many == 0 {
            return Poll::Ready(None);
        }
        let most = start..start + many as u64;
        let (run, piece) = self.sparse.next(&self.file, &most);
        let (file, range) = match (run, holes::zeros()) {
            // A hole is sent from a file that has nothing else, and takes no room in memory.
            (Run::Hole, Some(zeros)) => (Arc::clone(zeros), 0..piece.end - start),
            (Run::Hole, None) | (Run::Data, _) => {
                ready!(self.poll_fetched(&piece, context))?;
                (Arc::clone(&self.file), piece.clone())
            }
        };
        let many = usize::try_from(piece.end - start).unwrap_or(many);
        self.left.start = piece.end;
        handoff.push(Piece { file, range });
        Poll::Ready(Some(Ok(Frame::data(STAND_IN.slice(..many)))))
    }

    /// Waits until the piece can be sent without waiting for a disk.
    fn poll_fetched(
        &mut self,
        piece: &Range<u64>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        if self.fetching.is_none() {
            if is_in_memory(&self.file, piece) {
                return Poll::Ready(Ok(()));
            }
            self.fetching = Some(Box::pin(fetch(Arc::clone(&self.file), piece.clone())));
        }
        let Some(fetching) = &mut self.fetching else {
            return Poll::Ready(Ok(()));
        };
        let fetched = ready!(fetching.as_mut().poll(context));
        self.fetching = None;
        Poll::Ready(fetched)
    }
}

impl HttpBody for FileBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        if let Some(handoff) = this.taker.0.get() {
            let handoff = handoff.clone();
            return this.poll_piece(&handoff, context);
        }
        let polled = ready!(this.stream.as_mut().poll_next(context));
        if let Some(Ok(chunk)) = &polled {
            this.left.start += chunk.len() as u64;
        }
        Poll::Ready(polled.map(|chunk| chunk.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.end.saturating_sub(self.left.start))
    }
}

/// Whether the piece can be sent without waiting for a disk, as far as its ends tell. A thread that
/// serves connections must not wait for one.
fn is_in_memory(file: &File, piece: &Range<u64>) -> bool {
    let has = |at: u64| {
        let mut byte = [0];
        let flags = rustix::io::ReadWriteFlags::NOWAIT;
        let read = rustix::io::preadv2(file, &mut [io::IoSliceMut::new(&mut byte)], at, flags);
        // A file that became shorter is noticed when it is sent.
        read.is_ok()
    };
    has(piece.start) && has(piece.end.saturating_sub(1))
}

/// Brings a piece into the kernel's memory. Reading it through takes longer than asking for it
/// would, and is over when the bytes are there.
async fn fetch(file: Arc<File>, piece: Range<u64>) -> io::Result<()> {
    let permit = FETCHES.acquire().await.map_err(io::Error::other)?;
    let fetched = tokio::task::spawn_blocking(move || {
        let mut buffer = vec![0; PIECE / 4];
        let mut at = piece.start;
        while at < piece.end {
            match file.read_at(&mut buffer, at)? {
                0 => break,
                read => at += read as u64,
            }
        }
        drop(permit);
        Ok(())
    });
    fetched.await.map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    #[tokio::test]
    async fn a_segment_is_kept_back_until_the_file_is_sent_and_no_longer() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        let file = tempfile::tempfile().unwrap();
        file.write_all_at(b"a file's bytes", 0).unwrap();
        let file = Arc::new(file);
        let handoff = Handoff::default();
        let mut sending = Sending::new(accepted.unwrap().0, handoff.clone());
        let corked = |sending: &Sending| rustix::net::sockopt::tcp_cork(&sending.stream).unwrap();
        for range in [0..6, 6..14] {
            let len = usize::try_from(range.end - range.start).unwrap();
            let file = Arc::clone(&file);
            handoff.push(Piece { file, range });
            assert!(!corked(&sending));
            let (first, second) = (STAND_IN.slice(..len - 1), STAND_IN.slice(len - 1..len));
            sending.write_all(&first).await.unwrap();
            sending.flush().await.unwrap();
            assert!(corked(&sending));
            sending.write_all(&second).await.unwrap();
            sending.flush().await.unwrap();
        }
        assert!(!corked(&sending));
        drop(sending);
        let mut come = String::new();
        client.unwrap().read_to_string(&mut come).await.unwrap();
        assert_eq!(come, "a file's bytes");
    }
}

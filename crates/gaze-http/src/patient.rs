//! A connection that is not waited for without end.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// What a client that speaks HTTP/2 without an upgrade sends first (RFC 9113 §3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Bounds two waits that hyper does not: the first bytes of a connection, by which its protocol
/// is told, and a peer that stops reading while there is something to write. Only silence is
/// bounded, never a whole transfer.
#[derive(Debug)]
pub(crate) struct Patient<T> {
    inner: T,
    /// Bytes of [`PREFACE`] seen so far; `None` when the protocol has been told.
    seen: Option<usize>,
    opening: Pin<Box<Sleep>>,
    stalled: Option<Pin<Box<Sleep>>>,
    write_idle: Duration,
}

impl<T> Patient<T> {
    pub(crate) fn new(inner: T, opening: Duration, write_idle: Duration) -> Self {
        Self {
            inner,
            seen: Some(0),
            opening: Box::pin(tokio::time::sleep(opening)),
            stalled: None,
            write_idle,
        }
    }

    fn note_opening(&mut self, received: &[u8]) {
        if let Some(seen) = self.seen {
            let expected = &PREFACE[seen..];
            let told = received.len() >= expected.len() || !expected.starts_with(received);
            self.seen = (!told).then_some(seen + received.len());
        }
    }

    /// Passes the outcome of a write on, but turns a wait past the limit into an error.
    fn watch<R>(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<R>>,
    ) -> Poll<io::Result<R>> {
        if polled.is_ready() {
            self.stalled = None;
            return polled;
        }
        let idle = self.write_idle;
        let stalled = self
            .stalled
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + idle)));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "the client stopped reading",
        )))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Patient<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buffer.filled().len();
        match Pin::new(&mut this.inner).poll_read(context, buffer) {
            Poll::Ready(outcome) => {
                this.note_opening(&buffer.filled()[before..]);
                Poll::Ready(outcome)
            }
            Poll::Pending if this.seen.is_some() => {
                ready!(this.opening.as_mut().poll(context));
                Poll::Ready(Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "the client never said which protocol it speaks",
                )))
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Patient<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write(context, data);
        self.watch(context, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write_vectored(context, data);
        self.watch(context, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.inner).poll_flush(context);
        self.watch(context, polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.inner).poll_shutdown(context);
        self.watch(context, polled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    const SHORT: Duration = Duration::from_secs(5);

    #[tokio::test(start_paused = true)]
    async fn a_client_that_says_nothing_is_let_go() {
        for opening in ["", "P", "PRI * HTTP/2.0\r\n"] {
            let (mut client, server) = tokio::io::duplex(64);
            let mut server = Patient::new(server, SHORT, SHORT);
            client.write_all(opening.as_bytes()).await.unwrap();
            let mut all = Vec::new();
            let error = server.read_to_end(&mut all).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut, "{opening:?}");
            assert_eq!(all, opening.as_bytes());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_whose_protocol_is_told_may_pause() {
        for opening in ["G", "POST", std::str::from_utf8(PREFACE).unwrap()] {
            let (mut client, server) = tokio::io::duplex(64);
            let mut server = Patient::new(server, SHORT, SHORT);
            client.write_all(opening.as_bytes()).await.unwrap();
            let mut all = vec![0; opening.len()];
            server.read_exact(&mut all).await.unwrap();
            let paused = tokio::time::timeout(SHORT * 10, server.read_u8()).await;
            assert!(paused.is_err(), "{opening:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_stops_reading_is_let_go() {
        let (client, server) = tokio::io::duplex(4);
        let mut server = Patient::new(server, SHORT, SHORT);
        let error = server.write_all(b"12345").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(client);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_reads_slowly_is_served_to_the_end() {
        let (mut client, server) = tokio::io::duplex(1);
        let mut server = Patient::new(server, SHORT, SHORT);
        let write = async {
            server.write_all(b"12345").await.unwrap();
            server.shutdown().await.unwrap();
        };
        let read = async {
            let mut all = Vec::new();
            while let Ok(byte) = client.read_u8().await {
                all.push(byte);
                tokio::time::sleep(SHORT.mul_f32(0.9)).await;
            }
            all
        };
        let ((), all) = tokio::join!(write, read);
        assert_eq!(all, b"12345");
    }
}

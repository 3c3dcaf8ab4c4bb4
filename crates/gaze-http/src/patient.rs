//! A connection that is not waited for without end.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use crate::steady::Steady;
use crate::streams::Streams;

/// What a client that speaks HTTP/2 without an upgrade sends first (RFC 9113 §3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Bounds three waits that hyper does not: the first bytes of a connection, by which its protocol
/// is told; a peer that reads nothing, or next to nothing, while there is something to write; and a
/// peer that speaks HTTP/2 and asks for nothing. Only silence is bounded, never a whole transfer.
#[derive(Debug)]
pub(crate) struct Patient<T> {
    inner: T,
    /// Bytes of [`PREFACE`] seen so far; `None` when the protocol has been told.
    seen: Option<usize>,
    /// Bounds the opening, and then pauses of HTTP/2.
    timer: Pin<Box<Sleep>>,
    reading: Steady,
    /// On HTTP/2, how long the peer may ask for nothing.
    pause: Option<Duration>,
    streams: Streams,
    /// The requests that had begun when the timer was last set.
    begun: u64,
    /// The longest opening, and pause.
    head: Duration,
}

impl<T> Patient<T> {
    pub(crate) fn new(inner: T, head: Duration, silence: Duration, streams: Streams) -> Self {
        Self {
            inner,
            seen: Some(0),
            timer: Box::pin(tokio::time::sleep(head)),
            reading: Steady::new(silence),
            pause: None,
            streams,
            begun: 0,
            head,
        }
    }

    fn note_opening(&mut self, received: &[u8]) {
        if let Some(seen) = self.seen {
            let expected = &PREFACE[seen..];
            let whole = received.starts_with(expected);
            let told = whole || !expected.starts_with(received);
            self.seen = (!told).then_some(seen + received.len());
            if whole {
                self.pause = Some(self.head);
            }
        }
    }

    /// Passes the outcome of a write on, but turns a wait past the limit into an error.
    fn watch<R>(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<R>>,
        bytes: impl Fn(&R) -> usize,
    ) -> Poll<io::Result<R>> {
        if let Poll::Ready(outcome) = &polled {
            self.reading.moved(outcome.as_ref().map_or(0, bytes));
            return polled;
        }
        ready!(self.reading.poll_too_slow(context));
        Poll::Ready(Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "the client stopped reading",
        )))
    }

    /// Ready when a peer that speaks HTTP/2 has asked for nothing in one whole pause: pings do not
    /// keep a connection. The timer is set once in a pause, whatever happens in it.
    fn poll_idle(&mut self, pause: Duration, context: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.timer.as_mut().poll(context));
            match self.streams.begun_if_idle() {
                Some(begun) if begun == self.begun => return Poll::Ready(()),
                Some(begun) => self.begun = begun,
                // Whatever ends begins a pause anew.
                None => self.begun = u64::MAX,
            }
            self.timer.as_mut().reset(Instant::now() + pause);
        }
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
                ready!(this.timer.as_mut().poll(context));
                Poll::Ready(Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "the client never said which protocol it speaks",
                )))
            }
            Poll::Pending => match this.pause {
                None => Poll::Pending,
                // As if the peer had closed the connection.
                Some(pause) => this.poll_idle(pause, context).map(Ok),
            },
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
        self.watch(context, polled, |bytes| *bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write_vectored(context, data);
        self.watch(context, polled, |bytes| *bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.inner).poll_flush(context);
        self.watch(context, polled, |()| 0)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.inner).poll_shutdown(context);
        self.watch(context, polled, |()| 0)
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
            let mut server = Patient::new(server, SHORT, SHORT, Streams::default());
            client.write_all(opening.as_bytes()).await.unwrap();
            let mut all = Vec::new();
            let error = server.read_to_end(&mut all).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut, "{opening:?}");
            assert_eq!(all, opening.as_bytes());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_whose_protocol_is_told_may_pause() {
        for opening in ["G", "POST"] {
            let (mut client, server) = tokio::io::duplex(64);
            let mut server = Patient::new(server, SHORT, SHORT, Streams::default());
            client.write_all(opening.as_bytes()).await.unwrap();
            let mut all = vec![0; opening.len()];
            server.read_exact(&mut all).await.unwrap();
            let paused = tokio::time::timeout(SHORT * 10, server.read_u8()).await;
            assert!(paused.is_err(), "{opening:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_of_http_2_is_let_go_when_nothing_is_under_way() {
        let (mut client, server) = tokio::io::duplex(64);
        let streams = Streams::default();
        let mut server = Patient::new(server, SHORT, SHORT, streams.clone());
        client.write_all(PREFACE).await.unwrap();
        let mut all = vec![0; PREFACE.len()];
        server.read_exact(&mut all).await.unwrap();
        let open = streams.begin();
        let paused = tokio::time::timeout(SHORT * 10, server.read_u8()).await;
        assert!(paused.is_err());
        drop(open);
        // What comes without being a request, such as a ping, keeps nothing.
        let pings = async {
            while client.write_all(b"ping").await.is_ok() {
                tokio::time::sleep(SHORT / 2).await;
            }
        };
        let read = async {
            let mut all = Vec::new();
            server.read_to_end(&mut all).await.unwrap();
            drop(server);
        };
        tokio::time::timeout(SHORT * 10, async { tokio::join!(pings, read) })
            .await
            .unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_stops_reading_is_let_go() {
        let (client, server) = tokio::io::duplex(4);
        let mut server = Patient::new(server, SHORT, SHORT, Streams::default());
        let error = server.write_all(b"12345").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(client);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_reads_slowly_is_served_to_the_end() {
        let (mut client, server) = tokio::io::duplex(4096);
        let mut server = Patient::new(server, SHORT, SHORT, Streams::default());
        let write = async {
            server.write_all(&vec![7; 40_000]).await.unwrap();
            server.shutdown().await.unwrap();
        };
        let read = async {
            let (mut all, mut part) = (0, [0; 4096]);
            while let Ok(read @ 1..) = client.read(&mut part).await {
                all += read;
                tokio::time::sleep(SHORT.mul_f32(0.9)).await;
            }
            all
        };
        let ((), all) = tokio::join!(write, read);
        assert_eq!(all, 40_000);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_sips_is_let_go() {
        let (mut client, server) = tokio::io::duplex(1);
        let mut server = Patient::new(server, SHORT, SHORT, Streams::default());
        let write = async {
            let outcome = server.write_all(&vec![7; 40_000]).await;
            drop(server);
            outcome
        };
        let sip = async {
            while client.read_u8().await.is_ok() {
                tokio::time::sleep(SHORT / 5).await;
            }
        };
        let (outcome, ()) = tokio::join!(write, sip);
        assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}

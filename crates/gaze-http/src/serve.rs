//! The server loop.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{HeaderValue, Request, Version, header};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::Limits;
use crate::crowd::Crowd;
use crate::handoff::{Handoff, Sending, Taker};
use crate::patient::Patient;
use crate::streams::{Answer, Streams};

/// Longest head of a request, in bytes (HTTP/1: the read buffer; HTTP/2: the header list).
const MAX_HEAD: usize = 64 << 10;
/// Most headers of a request.
const MAX_HEADERS: usize = 100;
/// Flow-control windows of HTTP/2: the defaults of 64 KiB make uploads crawl.
///
/// The connection's is what a client can make the server hold of bodies that wait for their turn;
/// it has room for a few such streams beside one that is read.
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 4 << 20;
const MAX_STREAMS: u32 = 128;
/// Bytes of an answer that are buffered for a stream that is not read.
const STREAM_BUFFER: usize = 64 << 10;
/// Requests that a client may take back before they are looked at, and streams that the server may
/// have to reset for a client's mistakes, before the connection is ended: a client that opens and
/// resets streams (CVE-2023-44487) makes work without waiting for it.
const MAX_PENDING_RESETS: usize = 20;
const MAX_OWN_RESETS: usize = 256;
/// How often an HTTP/2 peer is asked whether it is still there, and how long it may think.
const PING_INTERVAL: Duration = Duration::from_secs(30);
const PING_TIMEOUT: Duration = Duration::from_secs(30);
/// How long accepting rests when the process has run out of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The client's address, behind whatever proxies are trusted; an extension of every request that
/// came in through [`serve`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// Serves HTTP/1.1 and HTTP/2 without TLS on one port until `stop` completes. Then no connection
/// is accepted any more, requests that have begun are finished, and what is left after `grace` is
/// cut. Transfers have no total time limit; silence has.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future,
    grace: Duration,
) -> io::Result<()> {
    serve_within(Limits::default(), listener, router, stop, grace).await
}

/// The same within other limits.
pub async fn serve_within(
    limits: Limits,
    listener: TcpListener,
    router: Router,
    stop: impl Future,
    grace: Duration,
) -> io::Result<()> {
    let graceful = GracefulShutdown::new();
    let most = limits.connections.clamp(1, Semaphore::MAX_PERMITS);
    let permits = Arc::new(Semaphore::new(most));
    let crowd = Crowd::new(limits.connections_per_address);
    let limits = Arc::new(limits);
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);

    loop {
        tokio::select! {
            biased;
            _ = &mut stop => break,
            Some(_finished) = connections.join_next() => {}
            accepted = accept(&listener, &permits) => match accepted {
                Ok((stream, peer, permit)) => {
                    let is_proxy = limits.proxies.has(peer.ip());
                    let seat = (!is_proxy).then(|| crowd.enter(peer.ip()));
                    if matches!(seat, Some(None)) {
                        continue;
                    }
                    let served = Served {
                        peer,
                        is_proxy,
                        limits: Arc::clone(&limits),
                        router: router.clone(),
                        handoff: Handoff::default(),
                        streams: Streams::default(),
                    };
                    let served = connection(stream, served, graceful.watcher());
                    connections.spawn(async move {
                        served.await;
                        drop((permit, seat));
                    });
                }
                Err(error) if is_of_one_client(&error) => {
                    tracing::debug!("a connection was lost before it was accepted: {error}");
                }
                Err(error) => {
                    tracing::error!("connections cannot be accepted: {error}");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }

    drop(listener);
    if tokio::time::timeout(grace, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!(
            connections = connections.len(),
            "cutting the connections that did not finish within {} s",
            grace.as_secs()
        );
    }
    connections.shutdown().await;
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits)
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, permit))
}

/// Errors of `accept(2)` that concern the connection that was to be accepted and not the listener.
fn is_of_one_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    )
}

/// What the requests of one connection share.
struct Served {
    peer: SocketAddr,
    /// Whether the peer is believed about the client's address.
    is_proxy: bool,
    limits: Arc<Limits>,
    router: Router,
    handoff: Handoff,
    streams: Streams,
}

async fn connection(stream: TcpStream, served: Served, watcher: Watcher) {
    let peer = served.peer;
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%peer, "TCP_NODELAY could not be set: {error}");
    }
    let stream = Sending::new(stream, served.handoff.clone());
    let (head, silence) = (served.limits.head, served.limits.silence);
    let patient = Patient::new(stream, head, silence, served.streams.clone());
    let io = TokioIo::new(patient);
    let served = Arc::new(served);
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let served = Arc::clone(&served);
        async move { respond(&served, request).await }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_HEADERS);
    builder
        .http2()
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_concurrent_streams(MAX_STREAMS)
        .max_send_buf_size(STREAM_BUFFER)
        .max_pending_accept_reset_streams(MAX_PENDING_RESETS)
        .max_local_error_reset_streams(MAX_OWN_RESETS)
        .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX))
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_TIMEOUT);
    let connection = builder.serve_connection(io, service).into_owned();
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%peer, "the connection ended: {error}");
    }
}

async fn respond(
    served: &Served,
    request: Request<Incoming>,
) -> Result<axum::response::Response, Infallible> {
    let version = request.version();
    let open = (version > Version::HTTP_11).then(|| served.streams.begin());
    let mut request = request.map(body);
    let client = if served.is_proxy {
        served.limits.proxies.client(request.headers(), served.peer)
    } else {
        served.peer
    };
    request.extensions_mut().insert(Peer(client));
    // HTTP/2 names the host in the URI; signatures and links look for the header.
    if !request.headers().contains_key(header::HOST)
        && let Some(authority) = request.uri().authority()
        && let Ok(host) = HeaderValue::from_str(authority.as_str())
    {
        request.headers_mut().insert(header::HOST, host);
    }
    let mut response = served.router.clone().oneshot(request).await?;
    // HTTP/2 cuts bodies into frames and mixes those of several responses.
    if let Some(taker) = response.extensions_mut().remove::<Taker>()
        && version <= Version::HTTP_11
    {
        taker.hand_to(&served.handoff);
    }
    Ok(match open {
        None => response,
        Some(open) => response.map(|body| Body::new(Answer { body, _open: open })),
    })
}

/// Most requests have no body, and an empty one takes no memory.
fn body(incoming: Incoming) -> Body {
    if http_body::Body::is_end_stream(&incoming) {
        Body::empty()
    } else {
        Body::new(incoming)
    }
}

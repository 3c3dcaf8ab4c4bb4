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

use crate::handoff::{Handoff, Sending, Taker};
use crate::patient::Patient;

/// Most connections at one time; further ones wait in the kernel's queue.
const MAX_CONNECTIONS: usize = 4096;
/// Longest head of a request, in bytes (HTTP/1: the read buffer; HTTP/2: the header list).
const MAX_HEAD: usize = 64 << 10;
/// Most headers of a request.
const MAX_HEADERS: usize = 100;
/// The longest that a client may take for a request's head, or pause between two requests.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// The longest that a client may leave a written byte unread.
const WRITE_IDLE: Duration = Duration::from_mins(1);
/// Flow-control windows of HTTP/2: the defaults of 64 KiB make uploads crawl.
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 4 << 20;
const MAX_STREAMS: u32 = 128;
/// How often an HTTP/2 peer is asked whether it is still there, and how long it may think.
const PING_INTERVAL: Duration = Duration::from_secs(30);
const PING_TIMEOUT: Duration = Duration::from_secs(30);
/// How long accepting rests when the process has run out of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The client's address; an extension of every request that came in through [`serve`].
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
    let graceful = GracefulShutdown::new();
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);

    loop {
        tokio::select! {
            biased;
            _ = &mut stop => break,
            Some(_finished) = connections.join_next() => {}
            accepted = accept(&listener, &permits) => match accepted {
                Ok((stream, peer, permit)) => {
                    let served = connection(stream, peer, router.clone(), graceful.watcher());
                    connections.spawn(async move {
                        served.await;
                        drop(permit);
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

async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, watcher: Watcher) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%peer, "TCP_NODELAY could not be set: {error}");
    }
    let handoff = Handoff::default();
    let stream = Sending::new(stream, handoff.clone());
    let io = TokioIo::new(Patient::new(stream, HEAD_TIMEOUT, WRITE_IDLE));
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let (router, handoff) = (router.clone(), handoff.clone());
        async move { respond(router, request, peer, &handoff).await }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_HEADERS);
    builder
        .http2()
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX))
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_TIMEOUT);
    let connection = builder.serve_connection(io, service).into_owned();
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%peer, "the connection ended: {error}");
    }
}

async fn respond(
    router: Router,
    request: Request<Incoming>,
    peer: SocketAddr,
    handoff: &Handoff,
) -> Result<axum::response::Response, Infallible> {
    let version = request.version();
    let mut request = request.map(body);
    request.extensions_mut().insert(Peer(peer));
    // HTTP/2 names the host in the URI; signatures and links look for the header.
    if !request.headers().contains_key(header::HOST)
        && let Some(authority) = request.uri().authority()
        && let Ok(host) = HeaderValue::from_str(authority.as_str())
    {
        request.headers_mut().insert(header::HOST, host);
    }
    let mut response = router.oneshot(request).await?;
    // HTTP/2 cuts bodies into frames and mixes those of several responses.
    if let Some(taker) = response.extensions_mut().remove::<Taker>()
        && version <= Version::HTTP_11
    {
        taker.hand_to(handoff);
    }
    Ok(response)
}

/// Most requests have no body, and an empty one takes no memory.
fn body(incoming: Incoming) -> Body {
    if http_body::Body::is_end_stream(&incoming) {
        Body::empty()
    } else {
        Body::new(incoming)
    }
}

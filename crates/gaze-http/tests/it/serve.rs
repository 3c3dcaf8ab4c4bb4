//! The server loop on real sockets.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Extension;
use axum::http::HeaderMap;
use axum::routing::get;
use gaze_http::{Peer, serve};
use http_body_util::BodyExt as _;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// Longer than any test takes; a wait that reaches it has failed.
const LONG: Duration = Duration::from_secs(30);

struct Running {
    address: SocketAddr,
    stop: Arc<Notify>,
    /// Told when a request to `/slow` has begun.
    begun: Arc<Notify>,
    /// Lets requests to `/slow` end.
    release: Arc<Notify>,
    task: JoinHandle<std::io::Result<()>>,
}

async fn run(grace: Duration) -> Running {
    let [stop, begun, release] = std::array::from_fn(|_| Arc::new(Notify::new()));
    let slow = {
        let (begun, release) = (Arc::clone(&begun), Arc::clone(&release));
        move || async move {
            begun.notify_one();
            release.notified().await;
            "slow"
        }
    };
    let who = async |headers: HeaderMap, peer: Extension<Peer>| {
        let host = headers
            .get("host")
            .map_or("", |host| host.to_str().unwrap());
        format!("{host} {}", peer.0.0.ip())
    };
    let router = Router::new()
        .route("/who", get(who))
        .route("/slow", get(slow));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stopped = Arc::clone(&stop);
    let task =
        tokio::spawn(async move { serve(listener, router, stopped.notified(), grace).await });
    Running {
        address,
        stop,
        begun,
        release,
        task,
    }
}

async fn send(address: SocketAddr, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

async fn answer(mut stream: TcpStream) -> String {
    let mut text = String::new();
    tokio::time::timeout(LONG, stream.read_to_string(&mut text))
        .await
        .unwrap()
        .unwrap();
    text
}

async fn finished(running: Running) {
    tokio::time::timeout(LONG, running.task)
        .await
        .expect("the server stops")
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn one_port_speaks_both_versions_of_http() {
    let running = run(LONG).await;
    let request = "GET /who HTTP/1.1\r\nHost: one\r\nConnection: close\r\n\r\n";
    let text = answer(send(running.address, request).await).await;
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    assert!(text.ends_with("\r\n\r\none 127.0.0.1"), "{text}");

    let stream = TcpStream::connect(running.address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    let driver = tokio::spawn(connection);
    let request = axum::http::Request::get("http://two/who")
        .body(Body::empty())
        .unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(response.version(), axum::http::Version::HTTP_2);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, "two 127.0.0.1");

    drop(sender);
    driver.await.unwrap().unwrap();
    running.stop.notify_one();
    finished(running).await;
}

#[tokio::test]
async fn a_request_that_has_begun_is_finished_after_the_stop() {
    let running = run(LONG).await;
    let stream = send(running.address, "GET /slow HTTP/1.1\r\nHost: h\r\n\r\n").await;
    running.begun.notified().await;
    running.stop.notify_one();
    // The port is closed as soon as the server has stopped accepting.
    while TcpStream::connect(running.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    running.release.notify_one();
    let text = answer(stream).await;
    assert!(text.ends_with("\r\n\r\nslow"), "{text}");
    finished(running).await;
}

#[tokio::test]
async fn a_request_that_outlasts_the_grace_is_cut() {
    let running = run(Duration::ZERO).await;
    let mut stream = send(running.address, "GET /slow HTTP/1.1\r\nHost: h\r\n\r\n").await;
    running.begun.notified().await;
    running.stop.notify_one();
    let mut text = String::new();
    let read = tokio::time::timeout(LONG, stream.read_to_string(&mut text)).await;
    // End of file or a reset, according to the moment; never an answer.
    drop(read.expect("the connection is closed"));
    assert_eq!(text, "");
    finished(running).await;
}

#[tokio::test]
async fn an_idle_connection_does_not_hold_up_the_stop() {
    let running = run(LONG).await;
    let silent = send(running.address, "").await;
    let mut idle = send(running.address, "GET /who HTTP/1.1\r\nHost: h\r\n\r\n").await;
    let mut byte = [0];
    idle.read_exact(&mut byte).await.unwrap();
    running.stop.notify_one();
    finished(running).await;
    drop((silent, idle));
}

#[tokio::test]
async fn a_head_without_end_is_refused() {
    let running = run(LONG).await;
    let head = format!(
        "GET /who HTTP/1.1\r\nHost: h\r\nX: {}\r\n",
        "x".repeat(70 << 10)
    );
    let text = answer(send(running.address, &head).await).await;
    assert!(text.starts_with("HTTP/1.1 431 "), "{text}");
    let head = format!("GET /who HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(101));
    let text = answer(send(running.address, &head).await).await;
    assert!(text.starts_with("HTTP/1.1 431 "), "{text}");
    running.stop.notify_one();
    finished(running).await;
}

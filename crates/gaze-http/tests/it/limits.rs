//! What one client may hold of the server, on real sockets. Limits are so small that every wait ends;
//! nothing is measured.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Extension;
use axum::routing::{get, put};
use bytes::Bytes;
use futures_util::StreamExt as _;
use gaze_http::{Limits, Peer, Proxies, body_stream, serve_within};
use http_body_util::BodyExt as _;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Longer than any test takes; a wait that reaches it has failed.
const LONG: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(200);

async fn start(limits: Limits) -> SocketAddr {
    let sink = async |body: Body| {
        let mut stream = body_stream(body, SHORT);
        while let Some(chunk) = stream.next().await {
            if let Err(error) = chunk {
                return (axum::http::StatusCode::BAD_REQUEST, error.to_string());
            }
        }
        (axum::http::StatusCode::OK, String::new())
    };
    let endless = || async {
        let piece = Bytes::from(vec![7; 65536]);
        Body::from_stream(futures_util::stream::repeat(piece).map(Ok::<_, std::io::Error>))
    };
    let router = Router::new()
        .route(
            "/who",
            get(async |peer: Extension<Peer>| peer.0.0.ip().to_string()),
        )
        .route("/sink", put(sink))
        .route("/endless", get(endless));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let never = std::future::pending::<()>();
    tokio::spawn(serve_within(
        limits,
        listener,
        router,
        never,
        Duration::ZERO,
    ));
    address
}

/// Nobody is believed to be a proxy.
fn alone() -> Limits {
    Limits {
        proxies: Proxies::default(),
        head: SHORT,
        silence: SHORT,
        ..Limits::default()
    }
}

async fn send(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// What comes until the connection ends, however it ends.
async fn rest(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let read = async {
        let mut part = [0; 4096];
        while let Ok(read @ 1..) = stream.read(&mut part).await {
            all.extend_from_slice(&part[..read]);
        }
    };
    tokio::time::timeout(LONG, read).await.expect("it ends");
    String::from_utf8_lossy(&all).into_owned()
}

const WHO: &str = "GET /who HTTP/1.1\r\nHost: h\r\n\r\n";

#[tokio::test]
async fn an_address_has_so_many_connections_and_gets_them_back() {
    let limits = Limits {
        connections_per_address: 2,
        head: LONG,
        ..alone()
    };
    let address = start(limits).await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = send(address, WHO).await;
        stream.read_u8().await.unwrap();
        held.push(stream);
    }
    let mut third = TcpStream::connect(address).await.unwrap();
    assert_eq!(rest(&mut third).await, "");
    held.pop();
    let answered = async {
        loop {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let request = WHO.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
            // The server may have closed it already.
            if stream.write_all(request.as_bytes()).await.is_ok()
                && rest(&mut stream).await.ends_with("127.0.0.1")
            {
                return;
            }
        }
    };
    tokio::time::timeout(LONG, answered).await.unwrap();
}

#[tokio::test]
async fn a_proxys_connections_are_its_clients() {
    let limits = Limits {
        connections_per_address: 1,
        ..Limits::default()
    };
    let address = start(limits).await;
    let _held = [send(address, WHO).await, send(address, WHO).await];
    let request = "GET /who HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\
                   X-Forwarded-For: 127.0.0.9, 192.0.2.1\r\n\r\n";
    let text = rest(&mut send(address, request).await).await;
    assert!(text.ends_with("192.0.2.1"), "{text}");
    // Of others it is not believed.
    let text = rest(&mut send(start(alone()).await, request).await).await;
    assert!(text.ends_with("127.0.0.1"), "{text}");
}

#[tokio::test]
async fn a_body_that_drips_is_cut_off() {
    let address = start(alone()).await;
    let head = "PUT /sink HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n";
    let (mut read, mut write) = send(address, head).await.into_split();
    let drip = tokio::spawn(async move {
        while write.write_all(b"x").await.is_ok() {
            tokio::time::sleep(SHORT / 10).await;
        }
    });
    let mut text = String::new();
    tokio::time::timeout(LONG, async {
        let mut part = [0; 4096];
        while let Ok(read @ 1..) = read.read(&mut part).await {
            text.push_str(&String::from_utf8_lossy(&part[..read]));
        }
    })
    .await
    .expect("it ends");
    assert!(text.starts_with("HTTP/1.1 400 "), "{text}");
    assert!(text.contains("next to nothing"), "{text}");
    tokio::time::timeout(LONG, drip).await.unwrap().unwrap();
}

#[tokio::test]
async fn an_answer_that_nobody_reads_is_given_up() {
    let address = start(alone()).await;
    let mut stream = send(address, "GET /endless HTTP/1.1\r\nHost: h\r\n\r\n").await;
    stream.read_u8().await.unwrap();
    // The end is seen without reading on: what is written is refused by a closed connection.
    let closed = async {
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(SHORT / 10).await;
        }
    };
    tokio::time::timeout(LONG, closed).await.unwrap();
}

#[tokio::test]
async fn a_connection_that_asks_for_nothing_is_closed() {
    let address = start(alone()).await;
    for opening in ["", "GET /who HTTP/1.1\r\nHost:", WHO] {
        let mut stream = send(address, opening).await;
        let text = rest(&mut stream).await;
        assert_eq!(text.contains("127.0.0.1"), opening == WHO, "{text}");
    }
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    let driver = tokio::spawn(connection);
    let request = axum::http::Request::get("http://h/who");
    let response = sender
        .send_request(request.body(Body::empty()).unwrap())
        .await;
    let body = response.unwrap().into_body().collect().await.unwrap();
    assert_eq!(body.to_bytes(), "127.0.0.1");
    // The client holds on to it; the server does not.
    drop(tokio::time::timeout(LONG, driver).await.unwrap().unwrap());
    drop(sender);
}

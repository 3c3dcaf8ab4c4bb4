//! Bodies that are files, on real sockets: the very bytes, in the right answer, by which way soever.

use std::fs::File;
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use futures_util::stream;
use gaze_http::{BodyStream, RangeRequest, range, serve, stream_response};
use http_body_util::BodyExt as _;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Not a multiple of anything, and several pieces.
const SIZE: usize = 5_000_003;

fn bytes() -> Vec<u8> {
    (0..251).cycle().take(SIZE).collect()
}

/// A service that has one file, and how many of its bytes it has copied through its own memory.
#[derive(Clone)]
struct Shelf {
    file: Arc<File>,
    bytes: Arc<Vec<u8>>,
    copied: Arc<AtomicU64>,
}

impl Shelf {
    fn new() -> Self {
        let bytes = bytes();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        Self::of(file, bytes)
    }

    fn of(file: File, bytes: Vec<u8>) -> Self {
        Self {
            file: Arc::new(file),
            bytes: Arc::new(bytes),
            copied: Arc::default(),
        }
    }

    fn body(&self, range: std::ops::Range<usize>) -> BodyStream {
        let (bytes, copied) = (Arc::clone(&self.bytes), Arc::clone(&self.copied));
        let chunks = range.clone().step_by(100_000).map(move |at| {
            let chunk = bytes[at..range.end.min(at + 100_000)].to_vec();
            copied.fetch_add(chunk.len() as u64, Ordering::SeqCst);
            Ok(chunk.into())
        });
        Box::pin(stream::iter(chunks.collect::<Vec<_>>()))
    }
}

/// The file as a lazy body beside its handle.
async fn get_file(State(shelf): State<Shelf>, headers: HeaderMap) -> Response {
    let total = SIZE as u64;
    let (part, partial) = match range::requested(&headers, total) {
        RangeRequest::Range(part) => (part, true),
        _ => (0..total, false),
    };
    let [start, end] = [part.start, part.end].map(|at| usize::try_from(at).unwrap());
    let body = {
        let shelf = shelf.clone();
        let lazy = stream::once(async move { shelf.body(start..end) });
        Box::pin(futures_util::StreamExt::flatten(lazy))
    };
    stream_response(body, Some(Arc::clone(&shelf.file)), &part, total, partial)
}

async fn start(shelf: &Shelf) -> SocketAddr {
    let router = Router::new()
        .route("/file", get(get_file))
        .route("/word", get(|| std::future::ready("a word")))
        .with_state(shelf.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let never = std::future::pending::<()>();
    tokio::spawn(serve(listener, router, never, Duration::ZERO));
    address
}

/// Heads and bodies of the answers to several requests on one connection.
async fn ask(address: SocketAddr, requests: &[(&str, String)]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    for (at, (path, header)) in requests.iter().enumerate() {
        let last = at + 1 == requests.len();
        let close = if last { "Connection: close\r\n" } else { "" };
        let text = format!("GET {path} HTTP/1.1\r\nHost: h\r\n{header}{close}\r\n");
        stream.write_all(text.as_bytes()).await.unwrap();
    }
    let mut answers = Vec::new();
    stream.read_to_end(&mut answers).await.unwrap();
    answers
}

/// Cuts off one answer: its head and its body.
fn cut(answers: &mut Vec<u8>) -> (String, Vec<u8>) {
    let end = answers.windows(4).position(|four| four == b"\r\n\r\n");
    let mut rest = answers.split_off(end.unwrap() + 4);
    let head = String::from_utf8(std::mem::take(answers)).unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap();
    *answers = rest.split_off(length.parse().unwrap());
    (head, rest)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_sent_without_passing_through_the_process() {
    let shelf = Shelf::new();
    let address = start(&shelf).await;
    let mut answers = ask(address, &[("/file", String::new())]).await;
    let (head, body) = cut(&mut answers);
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(body == *shelf.bytes, "other bytes");
    assert_eq!(shelf.copied.load(Ordering::SeqCst), 0);
}

/// Pages of the file that the kernel has in memory. Reading one to see whether it is there would
/// bring it there, with its neighbours.
fn resident(path: &Path) -> usize {
    let told = Command::new("fincore")
        .args(["--bytes", "--noheadings", "--output", "PAGES"])
        .arg(path)
        .output()
        .unwrap();
    assert!(told.status.success(), "{told:?}");
    let told = String::from_utf8(told.stdout).unwrap();
    told.trim().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn holes_are_sent_and_neither_read_nor_kept_in_memory() {
    // On a disk: what is in memory alone has no holes that could be elsewhere.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("sparse");
    let mut bytes = vec![0; SIZE];
    bytes[1_500_000..1_600_000].fill(7);
    bytes[SIZE - 1] = 9;
    let file = File::create_new(&path).unwrap();
    file.set_len(SIZE as u64).unwrap();
    file.write_all_at(&bytes[1_500_000..1_600_000], 1_500_000)
        .unwrap();
    file.write_all_at(&[9], SIZE as u64 - 1).unwrap();
    let shelf = Shelf::of(file, bytes);
    let address = start(&shelf).await;
    let parts = [0..SIZE, 0..1, 1_499_999..1_600_001, 2_000_000..4_700_001];
    let requests: Vec<(&str, String)> = parts
        .iter()
        .map(|part| {
            let range = format!("Range: bytes={}-{}\r\n", part.start, part.end - 1);
            ("/file", range)
        })
        .collect();
    let mut answers = ask(address, &requests).await;
    for part in parts {
        let (_, body) = cut(&mut answers);
        assert!(body == shelf.bytes[part.clone()], "{part:?} differs");
    }
    assert_eq!(shelf.copied.load(Ordering::SeqCst), 0);
    let resident = resident(&path);
    assert!(resident < 200, "{resident} pages are in memory");
}

/// Threads of this process.
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_downloads_at_once_take_no_thread_each() {
    let shelf = Shelf::new();
    let address = start(&shelf).await;
    let before = threads();
    let mut clients = Vec::new();
    for _ in 0..200 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = "GET /file HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        // All have begun before any goes on.
        let mut first = vec![0; 1000];
        stream.read_exact(&mut first).await.unwrap();
        clients.push((stream, first));
    }
    // Other tests of this process have threads as well.
    let during = threads();
    assert!(during < before + 100, "{before} threads became {during}");
    for (mut stream, mut answer) in clients {
        stream.read_to_end(&mut answer).await.unwrap();
        assert!(cut(&mut answer).1 == *shelf.bytes, "other bytes");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_on_one_connection_keep_their_own_bytes() {
    let shelf = Shelf::new();
    let address = start(&shelf).await;
    let parts = [
        0..1,
        1_048_575..1_048_577,
        2_000_000..4_900_000,
        SIZE - 1..SIZE,
    ];
    let requests: Vec<(&str, String)> = parts
        .iter()
        .flat_map(|part| {
            let range = format!("Range: bytes={}-{}\r\n", part.start, part.end - 1);
            [("/file", range), ("/word", String::new())]
        })
        .collect();
    let mut answers = ask(address, &requests).await;
    for part in parts {
        let (head, body) = cut(&mut answers);
        assert!(head.starts_with("HTTP/1.1 206 "), "{head}");
        assert!(body == shelf.bytes[part.clone()], "{part:?} differs");
        assert_eq!(cut(&mut answers).1, b"a word");
    }
    assert!(answers.is_empty());
    assert_eq!(shelf.copied.load(Ordering::SeqCst), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_reads_slowly_gets_the_same_bytes() {
    let shelf = Shelf::new();
    let address = start(&shelf).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = "GET /file HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answers = Vec::new();
    let mut buffer = vec![0; 7777];
    loop {
        match stream.read(&mut buffer).await.unwrap() {
            0 => break,
            read => answers.extend_from_slice(&buffer[..read]),
        }
        tokio::task::yield_now().await;
    }
    assert!(cut(&mut answers).1 == *shelf.bytes, "other bytes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http_2_reads_the_body_instead() {
    let shelf = Shelf::new();
    let address = start(&shelf).await;
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    let request = axum::http::Request::get("http://h/file")
        .body(Body::empty())
        .unwrap();
    let response = sender.send_request(request).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert!(body == shelf.bytes.as_slice(), "other bytes");
    assert_eq!(shelf.copied.load(Ordering::SeqCst), SIZE as u64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_becomes_shorter_breaks_the_answer_off() {
    let shelf = Shelf::new();
    let address = start(&shelf).await;
    shelf.file.set_len(2_000_000).unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = "GET /file HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answers = Vec::new();
    // The end may be a reset.
    drop(stream.read_to_end(&mut answers).await);
    let end = answers.windows(4).position(|four| four == b"\r\n\r\n");
    let body = &answers[end.unwrap() + 4..];
    assert!(body.len() <= 2_000_000, "{} bytes", body.len());
    assert!(*body == shelf.bytes[..body.len()], "other bytes");
}

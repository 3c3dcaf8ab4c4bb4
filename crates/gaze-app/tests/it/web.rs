//! A web server of the tests' own, which misbehaves as it is told.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// A request's head.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) path: String,
    head: String,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1);
        lines
            .filter_map(|line| line.split_once(':'))
            .find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value.trim()))
    }

    /// Where the part that is asked for begins.
    pub(crate) fn from(&self) -> Option<usize> {
        let range = self.header("range")?.strip_prefix("bytes=")?;
        range.strip_suffix('-')?.parse().ok()
    }
}

/// A server on a free port. It ends when dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Request>>>,
    stop: Arc<AtomicBool>,
}

impl Server {
    /// Answers each connection by calling `answer` with its number, from 0, and its request; the
    /// connection is closed after that. Errors of writing are the client's business.
    pub(crate) fn start(
        answer: impl Fn(usize, &Request, &mut TcpStream) + Send + Sync + 'static,
    ) -> Self {
        Self::on("127.0.0.1:0", answer)
    }

    pub(crate) fn on(
        address: &str,
        answer: impl Fn(usize, &Request, &mut TcpStream) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let (log, stopped, answer) = (Arc::clone(&seen), Arc::clone(&stop), Arc::new(answer));
        thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (mut stream, answer, log) =
                    (stream.unwrap(), Arc::clone(&answer), Arc::clone(&log));
                thread::spawn(move || {
                    if let Some(request) = read_request(&mut stream) {
                        log.lock().unwrap().push(request.clone());
                        answer(number, &request, &mut stream);
                    }
                });
            }
        });
        Self {
            address,
            seen,
            stop,
        }
    }

    /// A URL of this server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests that came.
    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        TcpStream::connect(self.address).ok();
    }
}

fn read_request(stream: &mut TcpStream) -> Option<Request> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    let path = head.split(' ').nth(1)?.to_owned();
    Some(Request { path, head })
}

/// Writes as much as the client takes; whether it took all.
pub(crate) fn send(stream: &mut TcpStream, bytes: &[u8]) -> bool {
    stream
        .write_all(bytes)
        .and_then(|()| stream.flush())
        .is_ok()
}

/// An answer with a head and a whole body.
pub(crate) fn answer(stream: &mut TcpStream, status: &str, headers: &[&str], body: &[u8]) -> bool {
    head(stream, status, headers, Some(body.len())) && send(stream, body)
}

/// The head of an answer.
pub(crate) fn head(
    stream: &mut TcpStream,
    status: &str,
    headers: &[&str],
    length: Option<usize>,
) -> bool {
    use std::fmt::Write as _;
    let mut text = format!("HTTP/1.1 {status}\r\nConnection: close\r\n");
    if let Some(length) = length {
        write!(text, "Content-Length: {length}\r\n").unwrap();
    }
    for header in headers {
        write!(text, "{header}\r\n").unwrap();
    }
    text.push_str("\r\n");
    send(stream, text.as_bytes())
}

/// One chunk of a body of unknown length; an empty one ends it.
pub(crate) fn chunk(stream: &mut TcpStream, bytes: &[u8]) -> bool {
    let mut framed = format!("{:x}\r\n", bytes.len()).into_bytes();
    framed.extend_from_slice(bytes);
    framed.extend_from_slice(b"\r\n");
    send(stream, &framed)
}

/// Waits until the client has hung up.
pub(crate) fn until_gone(stream: &mut TcpStream) {
    let mut byte = [0];
    while stream.read(&mut byte).is_ok_and(|read| read > 0) {}
}

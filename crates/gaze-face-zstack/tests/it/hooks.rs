//! Answers that are posted to where the client listens.

use std::time::Duration;

use axum::http::StatusCode;
use gaze_domain::JobId;
use gaze_face_zstack::{Config, router};
use gaze_testkit::World;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::client::Client;
use crate::waiting::source;

/// The longest that a test waits for a notice.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a client's server was sent.
#[derive(Debug)]
struct Posted {
    head: String,
    body: Value,
}

impl Posted {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// A client's server. It gives these answers one after the other, and the last one from then on.
struct Listener {
    url: String,
    posted: mpsc::UnboundedReceiver<Posted>,
}

impl Listener {
    async fn new(answers: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?of=us", listener.local_addr().unwrap());
        let (sender, posted) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            for at in 0.. {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = read(&mut stream).await;
                let answer = answers[at.min(answers.len() - 1)];
                stream.write_all(answer.as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
                if sender.send(request).is_err() {
                    return;
                }
            }
        });
        Self { url, posted }
    }

    async fn next(&mut self) -> Posted {
        let next = tokio::time::timeout(PATIENCE, self.posted.recv()).await;
        next.expect("a notice comes").unwrap()
    }
}

async fn read(stream: &mut TcpStream) -> Posted {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let mut posted = Posted {
        head,
        body: Value::Null,
    };
    let length = posted.header("content-length").unwrap().parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    posted.body = serde_json::from_slice(&body).unwrap();
    posted
}

const OK: &str = "HTTP/1.1 204 No Content\r\n\r\n";
const BUSY: &str = "HTTP/1.1 500 Busy\r\nContent-Length: 0\r\n\r\n";
const AWAY: &str =
    "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n";

/// A service on each database that may speak to 127.0.0.1.
async fn worlds(pause: Duration, tries: u32) -> Vec<World> {
    let mut worlds = Vec::new();
    for database in gaze_sql::testing::databases().await {
        let world = World::with(database, |settings| {
            settings.private_sources = vec!["127.0.0.1".into()];
            settings.notice_pause = pause;
            settings.notice_tries = tries;
        });
        worlds.push(world.await);
    }
    worlds
}

fn client(world: &World) -> Client {
    Client {
        router: router(world.app.clone(), Config::default()),
        session: world.tenant.session.clone(),
    }
}

/// Waits for a count to reach one.
async fn once(world: &World, count: impl Fn(gaze_app::NoticeCounts) -> u64) {
    let reached = async {
        while count(world.app.notice_counts()) == 0 {
            tokio::task::yield_now().await;
        }
    };
    let reached = tokio::time::timeout(PATIENCE, reached).await;
    reached.expect("the count is reached");
}

async fn disable(world: &World, hook: &str, image: &str, job: &str) -> (StatusCode, Value) {
    let headers = [("X-Web-Hook", hook), ("X-Job-UUID", job)];
    let path = format!("/images/{image}/actions");
    let body = r#"{"changeImageState":{"stateEvent":"disable"}}"#;
    client(world).send_with("PUT", &path, &headers, body).await
}

fn new_job(world: &World) -> String {
    JobId::new(world.app.new_uuid()).hex()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_posted_until_it_is_received() {
    for world in worlds(Duration::ZERO, 15).await {
        let mut listener = Listener::new(&[BUSY, AWAY, OK]).await;
        let (image, job) = (world.image("web").await.id.hex(), new_job(&world));
        let (status, accepted) = disable(&world, &listener.url, &image, &job).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{accepted}");
        for _ in 0..3 {
            let posted = listener.next().await;
            assert!(posted.head.starts_with("POST /hook?of=us HTTP/1.1\r\n"));
            assert_eq!(posted.header("x-job-uuid"), Some(job.as_str()));
            assert_eq!(posted.header("x-job-success"), Some("true"));
            let content = posted.header("content-type");
            assert_eq!(content, Some("application/json;charset=utf-8"));
            assert_eq!(posted.body["inventory"]["uuid"], image);
            assert_eq!(posted.body["inventory"]["state"], "Disabled");
            assert_eq!(posted.body.get("schema"), None);
            let place = format!("/api-jobs/{job}");
            let polled = client(&world).send("GET", &place, "").await;
            assert_eq!(polled, (StatusCode::OK, posted.body));
        }
        once(&world, |counts| counts.delivered).await;
        let counts = world.app.notice_counts();
        assert_eq!(
            (counts.delivered, counts.retried, counts.given_up),
            (1, 2, 0)
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_is_posted_as_one_with_the_classes_that_were_asked_for() {
    for world in worlds(Duration::ZERO, 15).await {
        let mut listener = Listener::new(&[OK]).await;
        let nothing = "e4891e6ef3a64ea08ce91ab379a5c999";
        disable(&world, &listener.url, nothing, &new_job(&world)).await;
        let posted = listener.next().await;
        assert_eq!(posted.header("x-job-success"), Some("false"));
        assert_eq!(posted.body["error"]["code"], "SYS.1003");

        let image = world.image("web").await.id.hex();
        let headers = [("X-Web-Hook", &*listener.url), ("X-JSON-Schema", "true")];
        let path = format!("/images/{image}/actions");
        let body = r#"{"changeImageState":{"stateEvent":"disable"}}"#;
        client(&world).send_with("PUT", &path, &headers, body).await;
        let posted = listener.next().await;
        let class = "org.zstack.header.image.ImageInventory";
        assert_eq!(posted.body["schema"]["inventory"], class);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_long_work_is_posted_also_by_the_next_process() {
    for mut world in worlds(Duration::ZERO, 15).await {
        let mut listener = Listener::new(&[OK]).await;
        let (url, release) = source(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndisk").await;
        let body = json!({"params": {
            "name": "slow",
            "url": url,
            "format": "raw",
            "backupStorageUuids": [world.store.id.hex()],
        }});
        let hook = [("X-Web-Hook", listener.url.as_str())];
        let (status, accepted) = client(&world)
            .send_with("POST", "/images", &hook, &body.to_string())
            .await;
        assert_eq!(status, StatusCode::ACCEPTED, "{accepted}");
        let place = accepted["location"].as_str().unwrap();
        let place = place.strip_prefix("http://localhost/zstack/v1").unwrap();
        let running = client(&world).send("GET", place, "").await;
        assert_eq!(running, (StatusCode::ACCEPTED, json!({})));

        world.restart().await;
        let client = client(&world);
        release.send(true).unwrap();
        let posted = listener.next().await;
        assert_eq!(posted.header("x-job-uuid"), place.rsplit('/').next());
        assert_eq!(posted.header("x-job-success"), Some("true"));
        assert_eq!(posted.body["inventory"]["status"], "Ready");
        let polled = client.send("GET", place, "").await;
        assert_eq!(polled, (StatusCode::OK, posted.body));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_that_was_not_received_is_tried_by_the_next_process() {
    for mut world in worlds(Duration::from_secs(2), 15).await {
        let mut listener = Listener::new(&[BUSY, OK]).await;
        let (image, job) = (world.image("web").await.id.hex(), new_job(&world));
        disable(&world, &listener.url, &image, &job).await;
        let first = listener.next().await;
        once(&world, |counts| counts.retried).await;
        world.restart().await;
        world.runtime.advance(3);
        let second = listener.next().await;
        assert_eq!(second.body, first.body);
        once(&world, |counts| counts.delivered).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_is_given_up_after_its_tries() {
    for world in worlds(Duration::ZERO, 3).await {
        let mut listener = Listener::new(&[BUSY]).await;
        let image = world.image("web").await.id.hex();
        disable(&world, &listener.url, &image, &new_job(&world)).await;
        for _ in 0..3 {
            listener.next().await;
        }
        once(&world, |counts| counts.given_up).await;
        let counts = world.app.notice_counts();
        assert_eq!(
            (counts.delivered, counts.retried, counts.given_up),
            (0, 2, 1)
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn addresses_that_imports_may_not_reach_are_not_spoken_to() {
    let world = World::new().await;
    let image = world.image("web").await.id.hex();
    for (hook, reason) in [
        (
            "http://127.0.0.1:9/",
            "its address is loopback, link-local, private or otherwise special",
        ),
        (
            "http://[::ffff:169.254.169.254]/",
            "its address is loopback, link-local, private or otherwise special",
        ),
        ("ftp://192.0.1.1/", "it leads to a ftp URL"),
        (
            "http://user:word@192.0.1.1/",
            "it must not hold a user or a password",
        ),
        ("hook", "it is not a URL"),
    ] {
        let refused = disable(&world, hook, &image, &new_job(&world)).await;
        let text = format!("Invalid header[X-Web-Hook], {reason}");
        assert_eq!(refused, (StatusCode::BAD_REQUEST, text.into()), "{hook}");
    }
    let (status, _) = disable(&world, "http://localhost:9/", &image, &new_job(&world)).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    once(&world, |counts| counts.given_up).await;
    assert_eq!(world.app.notice_counts().retried, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_unknown_has_anything_posted() {
    let world = worlds(Duration::ZERO, 15).await.remove(0);
    let image = world.image("web").await.id.hex();
    let stranger = Client {
        session: "0".repeat(32),
        ..client(&world)
    };
    let job = new_job(&world);
    let headers = [("X-Web-Hook", "http://127.0.0.1:9/"), ("X-Job-UUID", &*job)];
    let path = format!("/images/{image}/actions");
    let body = r#"{"changeImageState":{"stateEvent":"disable"}}"#;
    let (status, _) = stranger.send_with("PUT", &path, &headers, body).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    let (_, polled) = stranger.send("GET", &format!("/api-jobs/{job}"), "").await;
    assert_eq!(polled["error"]["code"], "ID.1001");
    let call = world.app.find_call(job.parse().unwrap()).await.unwrap();
    assert_eq!(call.unwrap().hook, None);
}

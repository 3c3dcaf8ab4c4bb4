//! Calls that take longer than a client is made to wait.

use std::time::Duration;

use axum::http::StatusCode;
use gaze_app::{NewCall, WorkList};
use gaze_domain::JobId;
use gaze_face_zstack::{Config, router};
use gaze_testkit::World;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::client::Client;

/// The longest that a test waits for a job.
const PATIENCE: Duration = Duration::from_secs(30);

/// A web server that answers every request with the same bytes, once it is told to.
pub(crate) async fn source(answer: &'static [u8]) -> (String, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/disk.raw", listener.local_addr().unwrap());
    let (release, released) = watch::channel(false);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut released = released.clone();
            tokio::spawn(async move {
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    let byte = stream.read_u8().await.unwrap();
                    request.push(byte);
                }
                released.wait_for(|released| *released).await.unwrap();
                stream.write_all(answer).await.unwrap();
                stream.shutdown().await.unwrap();
            });
        }
    });
    (url, release)
}

/// A service that waits for nothing, and where 127.0.0.1 may be imported from.
async fn impatient() -> (World, Client) {
    let database = gaze_sql::testing::sqlite().await;
    let world = World::with(database, |settings| {
        settings.private_sources = vec!["127.0.0.1".into()];
    })
    .await;
    let config = Config {
        sync_wait: Duration::ZERO,
        public_url: Some("https://images.example/".into()),
        ..Config::default()
    };
    let client = Client {
        router: router(world.app.clone(), config),
        session: world.tenant.session.clone(),
    };
    (world, client)
}

/// The path of a job's place.
fn path(location: &str) -> &str {
    location
        .strip_prefix("https://images.example/zstack/v1")
        .unwrap()
}

/// What a job's place says once the job has ended.
async fn end_of(world: &World, client: &Client, location: &str) -> (StatusCode, Value) {
    let id = location.rsplit('/').next().unwrap().parse().unwrap();
    let work = world.app.wait_for_work(id, PATIENCE).await.unwrap();
    assert!(work.unwrap().is_finished());
    client.send("GET", path(location), "").await
}

async fn begin(client: &Client, world: &World, url: &str) -> String {
    let body = json!({"params": {
        "name": "slow",
        "url": url,
        "format": "raw",
        "backupStorageUuids": [world.store.id.hex()],
    }});
    let (status, accepted) = client.send("POST", "/images", &body.to_string()).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{accepted}");
    assert_eq!(accepted["apiTimeout"], 259_200_000);
    accepted["location"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_import_is_followed_by_its_job() {
    let (world, client) = impatient().await;
    let (url, release) = source(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndisk").await;
    let location = begin(&client, &world, &url).await;

    let (_, listed) = client.send("GET", "/images?q=name=slow", "").await;
    let image = &listed["inventories"][0];
    assert_eq!(image["status"], "Downloading");
    assert_eq!(image["backupStorageRefs"][0]["status"], "Downloading");
    assert_eq!(image["backupStorageRefs"][0]["installPath"], "");
    assert_eq!(image.get("md5Sum"), None);

    let running = client.send("GET", path(&location), "").await;
    assert_eq!(running, (StatusCode::ACCEPTED, json!({})));
    release.send(true).unwrap();
    let (status, body) = end_of(&world, &client, &location).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(body["inventory"]["uuid"], image["uuid"]);
    assert_eq!(body["inventory"]["status"], "Ready");
    assert_eq!(body["inventory"]["actualSize"], 4);
    // MD5 of the four bytes, by md5sum.
    assert_eq!(
        body["inventory"]["md5Sum"],
        "75688b0220ad16c4e02152b6c2b56424"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_fails_later_fails_its_job() {
    let (world, client) = impatient().await;
    let (url, release) = source(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").await;
    let location = begin(&client, &world, &url).await;
    release.send(true).unwrap();
    let (status, body) = end_of(&world, &client, &location).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
    assert_eq!(body["error"]["code"], "SYS.1002");
    assert_eq!(body["error"]["cause"]["code"], "BS.1000");
    let (_, left) = client.send("GET", "/images?q=name=slow", "").await;
    assert_eq!(left["inventories"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_of_a_deleted_image_says_so() {
    let (world, client) = impatient().await;
    let (url, release) = source(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndisk").await;
    let location = begin(&client, &world, &url).await;
    release.send(true).unwrap();
    let (_, body) = end_of(&world, &client, &location).await;
    let image = body["inventory"]["uuid"].as_str().unwrap().to_owned();
    client.send("DELETE", &format!("/images/{image}"), "").await;
    let action = format!("/images/{image}/actions");
    let (status, _) = client.send("PUT", &action, r#"{"expungeImage":{}}"#).await;
    assert_eq!(status, StatusCode::OK);
    let purges = WorkList {
        image: Some(image.parse().unwrap()),
        unfinished_only: true,
        after: None,
        limit: 10,
    };
    let purges = world.app.list_work(&world.tenant.caller, purges).await;
    for purge in purges.unwrap() {
        let purged = world.app.wait_for_work(purge.id, PATIENCE).await.unwrap();
        assert!(purged.unwrap().is_finished());
    }
    let (status, body) = end_of(&world, &client, &location).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(body["error"]["code"], "SYS.1003");
    let details = format!("Cannot find image[uuid:{image}], it may have been deleted");
    assert_eq!(body["error"]["details"], details);
}

/// A call that takes an id, and that nobody answers.
fn unanswered(world: &World, face: &'static str) -> NewCall {
    NewCall {
        id: JobId::new(world.app.new_uuid()),
        face,
        work: None,
        hook: None,
        classes: false,
        deadline: None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_nobody_will_answer_is_given_up() {
    let (world, client) = impatient().await;
    let call = unanswered(&world, "zstack");
    let poll = format!("/api-jobs/{}", call.id);
    world.app.begin_call(call).await.unwrap();
    let running = client.send("GET", &poll, "").await;
    assert_eq!(running, (StatusCode::ACCEPTED, json!({})));
    world.runtime.advance(601);
    world.app.look_after_calls().await.unwrap();
    let (status, body) = client.send("GET", &poll, "").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(body["error"]["code"], "SYS.1000");
    let details = "the service was stopped before the operation came to an end";
    assert_eq!(body["error"]["details"], details);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_can_be_asked_for_during_three_hours() {
    let (world, client) = impatient().await;
    let quick = JobId::new(world.app.new_uuid());
    let body = format!(
        r#"{{"params":{{"accountUuid":"{}"}}}}"#,
        world.tenant.project.id
    );
    let named = [("X-Job-UUID", &*quick.hex())];
    client.send_with("POST", "/accesskeys", &named, &body).await;
    let (url, release) = source(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndisk").await;
    release.send(true).unwrap();
    let long = begin(&client, &world, &url).await;
    let (status, _) = end_of(&world, &client, &long).await;
    assert_eq!(status, StatusCode::OK);

    let (quick, long) = (format!("/api-jobs/{quick}"), path(&long).to_owned());
    for (seconds, known) in [(3 * 3600 - 60, true), (120, false)] {
        world.runtime.advance(seconds);
        world.app.round().await.unwrap();
        for place in [&quick, &long] {
            let (status, body) = client.send("GET", place, "").await;
            if known {
                assert_ne!(status, StatusCode::NOT_FOUND, "{body}");
            } else {
                assert_eq!(status, StatusCode::NOT_FOUND);
                assert_eq!(body, "the job has been expired");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_that_takes_longer_than_the_client_allows_is_cancelled() {
    let (world, client) = impatient().await;
    let (url, _release) = source(b"").await;
    let body = json!({"params": {
        "name": "slow",
        "url": url,
        "format": "raw",
        "backupStorageUuids": [world.store.id.hex()],
    }});
    let limited = [("X-API-Timeout", "2")];
    let (status, accepted) = client
        .send_with("POST", "/images", &limited, &body.to_string())
        .await;
    assert_eq!(status, StatusCode::ACCEPTED, "{accepted}");
    assert_eq!(accepted["apiTimeout"], 2000);
    let location = accepted["location"].as_str().unwrap();
    world.runtime.advance(1);
    assert_eq!(world.app.look_after_calls().await.unwrap(), 1);
    let running = client.send("GET", path(location), "").await;
    assert_eq!(running, (StatusCode::ACCEPTED, json!({})));
    world.runtime.advance(2);
    world.app.look_after_calls().await.unwrap();
    let id = location.rsplit('/').next().unwrap().parse().unwrap();
    let work = world.app.wait_for_work(id, PATIENCE).await.unwrap();
    assert!(work.unwrap().is_finished());
    world.app.look_after_calls().await.unwrap();
    let (status, body) = client.send("GET", path(location), "").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
    assert_eq!(body["error"]["code"], "SYS.1001");
    let (_, left) = client.send("GET", "/images?q=name=slow", "").await;
    assert_eq!(left["inventories"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_comes_to_its_end_without_its_client() {
    let (world, client) = impatient().await;
    let id = JobId::new(world.app.new_uuid());
    let body = format!(
        r#"{{"params":{{"accountUuid":"{}"}}}}"#,
        world.tenant.project.id
    );
    let (named, place) = (id.hex(), format!("/api-jobs/{id}"));
    {
        let headers = [("X-Job-UUID", named.as_str())];
        let mut call = Box::pin(client.send_with("POST", "/accesskeys", &headers, &body));
        // Until the call has its id, and no further.
        while world.app.find_call(id).await.unwrap().is_none() {
            tokio::select! {
                biased;
                _ = &mut call => break,
                () = tokio::task::yield_now() => {}
            }
        }
    }
    let ended = async {
        loop {
            let (status, body) = client.send("GET", &place, "").await;
            if status != StatusCode::ACCEPTED {
                return (status, body);
            }
        }
    };
    let (status, body) = tokio::time::timeout(PATIENCE, ended).await.unwrap();
    assert_eq!(status, StatusCode::OK, "{body}");
    assert!(body["inventory"]["AccessKeyID"].is_string(), "{body}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_of_another_face_is_not_told_of() {
    let (world, client) = impatient().await;
    let call = unanswered(&world, "another");
    let id = call.id;
    world.app.begin_call(call).await.unwrap();
    let body = r#"{"secret":1}"#.to_owned();
    world.app.finish_call(id, 200, body).await.unwrap();
    let (status, _) = client.send("GET", &format!("/api-jobs/{id}"), "").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

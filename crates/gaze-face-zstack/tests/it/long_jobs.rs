//! Long jobs whose work is held up.

use std::time::Duration;

use axum::http::StatusCode;
use gaze_face_zstack::{Config, router};
use gaze_testkit::World;
use serde_json::{Value, json};

use crate::client::Client;
use crate::waiting::source;

/// The longest that a test waits for a job.
const PATIENCE: Duration = Duration::from_secs(30);
const FOUR_BYTES: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndisk";

async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for database in gaze_sql::testing::databases().await {
        let world = World::with(database, |settings| {
            settings.private_sources = vec!["127.0.0.1".into()];
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

/// Submits an import from there; the path of the long job, and its `apiId`.
async fn submit(world: &World, url: &str) -> (String, String) {
    let data = json!({
        "name": "slow",
        "url": url,
        "format": "raw",
        "backupStorageUuids": [world.store.id.hex()],
    });
    let params = json!({"params": {"jobName": "APIAddImageMsg", "jobData": data.to_string()}});
    let (status, body) = client(world)
        .send("POST", "/longjobs", &params.to_string())
        .await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let job = &body["inventory"];
    assert_eq!(job["name"], "APIAddImageMsg");
    let text = |key: &str| job[key].as_str().unwrap().to_owned();
    (format!("/longjobs/{}", text("uuid")), text("apiId"))
}

/// The long job once it is in that state.
async fn once(client: &Client, path: &str, state: &str) -> Value {
    let reached = async {
        loop {
            let (_, body) = client.send("GET", path, "").await;
            if body["inventories"][0]["state"] == state {
                return body["inventories"][0].clone();
            }
        }
    };
    let reached = tokio::time::timeout(PATIENCE, reached).await;
    reached.expect("the state is reached")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_job_is_cancelled_and_leaves_nothing() {
    for world in worlds().await {
        let client = client(&world);
        let (url, _release) = source(FOUR_BYTES).await;
        let (path, call) = submit(&world, &url).await;
        once(&client, &path, "Running").await;
        let progress = format!("/task-progresses/{call}");
        let (_, shown) = client.send("GET", &progress, "").await;
        assert_eq!(shown["inventories"][0]["content"], "0", "{shown}");
        let (status, refused) = client.send("DELETE", &path, "").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{refused}");
        let details = "delete longjob only when it's succeeded, canceled, or failed";
        assert_eq!(refused["error"]["details"], details);
        let actions = format!("{path}/actions");
        let (_, refused) = client.send("PUT", &actions, r#"{"rerunLongJob":{}}"#).await;
        let details = "rerun longjob only when it's succeeded, canceled, or failed";
        assert_eq!(refused["error"]["details"], details);

        for _ in 0..2 {
            let cancelled = client
                .send("PUT", &actions, r#"{"cancelLongJob":{}}"#)
                .await;
            assert_eq!(cancelled, (StatusCode::OK, json!({})));
            let job = once(&client, &path, "Canceled").await;
            let result: Value = serde_json::from_str(job["jobResult"].as_str().unwrap()).unwrap();
            assert_eq!(result["error"]["cause"]["code"], "SYS.1017", "{result}");
        }
        let (_, left) = client.send("GET", "/images?q=name=slow", "").await;
        assert_eq!(left["inventories"], json!([]));
        let deleted = client.send("DELETE", &path, "").await;
        assert_eq!(deleted, (StatusCode::OK, json!({})));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_job_is_ended_by_the_next_process() {
    for mut world in worlds().await {
        let (url, release) = source(FOUR_BYTES).await;
        let (path, call) = submit(&world, &url).await;
        once(&client(&world), &path, "Running").await;
        world.restart().await;
        let client = client(&world);
        release.send(true).unwrap();
        let job = once(&client, &path, "Succeeded").await;
        let result: Value = serde_json::from_str(job["jobResult"].as_str().unwrap()).unwrap();
        assert_eq!(result["inventory"]["status"], "Ready");
        assert_eq!(job["apiId"], call);
        assert!(job["executeTime"].as_i64().unwrap() >= 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_is_not_kept_and_then_nothing_can_be_run_again() {
    for world in worlds().await {
        let client = client(&world);
        let (url, release) = source(FOUR_BYTES).await;
        release.send(true).unwrap();
        let secret = url.replace("http://", "http://me:word@");
        let (path, _) = submit(&world, &secret).await;
        let job = once(&client, &path, "Succeeded").await;
        let data = job["jobData"].as_str().unwrap();
        assert!(data.contains(&url) && !data.contains("word"), "{data}");
        let actions = format!("{path}/actions");
        let (status, refused) = client.send("PUT", &actions, r#"{"rerunLongJob":{}}"#).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(refused["error"]["code"], "SYS.1006");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn long_jobs_are_forgotten_like_other_jobs() {
    for world in worlds().await {
        let (url, release) = source(FOUR_BYTES).await;
        release.send(true).unwrap();
        let (path, _) = submit(&world, &url).await;
        once(&client(&world), &path, "Succeeded").await;
        let kept = world.app.settings().keep_finished.as_secs();
        world.runtime.advance(i64::try_from(kept).unwrap() + 60);
        world.app.round().await.unwrap();
        let jobs = world.app.list_long_jobs(&world.admin.caller).await;
        assert!(jobs.unwrap().is_empty());
    }
}

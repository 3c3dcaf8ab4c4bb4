//! A template while it is being made, as ZStack's own tests state it (ImageOperationsCase:
//! testCreateImageHasImageBsRef, testDeleteImageWhileCreateIt).

use std::time::Duration;

use axum::http::StatusCode;
use gaze_face_zstack::Config;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::cloud::{Cloud, clouds_with, codes, references};
use crate::waiting::source;

/// Clouds that answer at once, and move the bytes of one image at a time.
async fn slow_clouds() -> Vec<Cloud> {
    let config = Config {
        sync_wait: Duration::ZERO,
        ..Config::default()
    };
    clouds_with(config, |settings| {
        settings.transfers = 1;
        settings.private_sources = vec!["127.0.0.1".into()];
    })
    .await
}

/// Begins an import that takes until it is released, and then a template, which has to wait for
/// it; the template's uuid and the path of its job.
async fn begin(cloud: &Cloud) -> (String, String, watch::Sender<bool>) {
    let (url, release) = source(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndisk").await;
    let store = cloud.world.store.id.hex();
    let params =
        json!({"name": "slow", "url": url, "format": "raw", "backupStorageUuids": [store]});
    accepted(cloud, "/images", params).await;
    let job = accepted(cloud, &cloud.templates(), json!({"name": "template"})).await;
    let made = cloud
        .tenant
        .ok("GET", "/images?q=name=template", json!({}))
        .await;
    let image = made["inventories"][0]["uuid"].as_str().unwrap().to_owned();
    (image, job, release)
}

/// Begins a call; the path of its job.
async fn accepted(cloud: &Cloud, path: &str, params: Value) -> String {
    let body = json!({"params": params}).to_string();
    let (status, answer) = cloud.tenant.send("POST", path, &body).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
    let job = answer["location"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap();
    format!("/api-jobs/{job}")
}

/// What became of the job.
async fn ended(cloud: &Cloud, job: &str) -> (StatusCode, Value) {
    let id = job.rsplit('/').next().unwrap().parse().unwrap();
    let work = cloud
        .world
        .app
        .wait_for_work(id, Duration::from_mins(1))
        .await;
    assert!(work.unwrap().unwrap().is_finished());
    cloud.tenant.send("GET", job, "").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_template_is_seen_while_it_is_made_with_references_that_become_ready() {
    for cloud in slow_clouds().await {
        let (image, job, release) = begin(&cloud).await;
        let store = cloud.world.store.id.hex();
        let seen = cloud.tenant.image(&image).await;
        assert_eq!(seen["status"], "Creating");
        assert_eq!(references(&seen), [(store.as_str(), "Creating")]);
        assert_eq!(seen["backupStorageRefs"][0]["installPath"], "");
        assert!(cloud.candidates().await.is_empty());
        release.send(true).unwrap();
        let (status, answer) = ended(&cloud, &job).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let seen = cloud.tenant.image(&image).await;
        assert_eq!(seen["status"], "Ready");
        assert_eq!(references(&seen), [(store.as_str(), "Ready")]);
        assert_ne!(seen["backupStorageRefs"][0]["installPath"], "");
        assert_eq!(answer["inventory"], seen);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_template_that_is_deleted_while_it_is_made_fails_and_leaves_nothing() {
    for cloud in slow_clouds().await {
        let before = cloud.room(&cloud.world.store).await;
        let (image, job, release) = begin(&cloud).await;
        let path = format!("/images/{image}");
        cloud.tenant.ok("DELETE", &path, json!({})).await;
        let (status, answer) = ended(&cloud, &job).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(codes(&answer["error"]), ["SYS.1006", "SYS.1017"]);
        assert_eq!(cloud.tenant.image(&image).await, Value::Null);
        // What is still on its way is the import alone.
        release.send(true).unwrap();
        let slow = cloud
            .tenant
            .ok("GET", "/images?q=name=slow", json!({}))
            .await;
        let slow = slow["inventories"][0]["uuid"].as_str().unwrap().to_owned();
        let import = cloud.world.app.list_work(
            &cloud.world.tenant.caller,
            gaze_app::WorkList {
                image: Some(slow.parse().unwrap()),
                unfinished_only: true,
                after: None,
                limit: 1,
            },
        );
        for work in import.await.unwrap() {
            ended(&cloud, &format!("/api-jobs/{}", work.id)).await;
        }
        assert_eq!(cloud.room(&cloud.world.store).await, before - 4);
        assert_eq!(cloud.tenant.images().await, 1);
    }
}

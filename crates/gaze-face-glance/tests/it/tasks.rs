//! Tasks that clients make.

use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use gaze_testkit::World;
use serde_json::{Value, json};

use crate::stage::{Client, json};

const PATIENCE: Duration = Duration::from_mins(1);

async fn made(client: &Client, url: &str, format: &str) -> Value {
    let input = json!({
        "import_from": url,
        "import_from_format": format,
        "image_properties": {"name": "by hand", "tags": ["t"]},
    });
    let document = json!({"type": "import", "input": input}).to_string();
    let answer = client.ask("POST", "/v2/tasks", &[], document).await;
    let (status, task) = json(answer).await;
    assert_eq!(status, StatusCode::CREATED, "{task}");
    assert_eq!(task["input"], input);
    task
}

/// The task once it has ended.
async fn ended(client: &Client, task: &Value) -> Value {
    let end = tokio::time::Instant::now() + PATIENCE;
    loop {
        let (_, told) = client.get(task["self"].as_str().unwrap()).await;
        if ["success", "failure"].contains(&told["status"].as_str().unwrap()) {
            return told;
        }
        assert!(tokio::time::Instant::now() < end, "{told}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_task_ends_with_an_image_or_with_a_reason() {
    let world = World::new().await;
    let client = Client::new(&world, &world.admin.login);
    let url = world.import_file("disk.raw", b"bytes");
    let done = ended(&client, &made(&client, &url, "raw").await).await;
    assert_eq!(done["status"], "success", "{done}");
    let image = done["result"]["image_id"].as_str().unwrap();
    let (status, shown) = client.get(&format!("/v2/images/{image}")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(shown["status"], "active");
    assert_eq!(
        (&shown["name"], &shown["tags"]),
        (&json!("by hand"), &json!(["t"]))
    );
    let failed = ended(&client, &made(&client, &url, "qcow2").await).await;
    assert_eq!(failed["status"], "failure", "{failed}");
    assert_eq!(failed["result"], Value::Null);
    assert_ne!(failed["message"], "");
    let gone = format!("/v2/images/{}", failed["image_id"].as_str().unwrap());
    let answer = client.ask("GET", &gone, &[], Body::empty()).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}

//! How long a session lives.

use axum::http::StatusCode;
use gaze_face_zstack::{Config, router};
use gaze_testkit::World;

use crate::client::Client;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_lives_two_hours_after_its_last_use() {
    let world = World::new().await;
    let client = Client {
        router: router(world.app.clone(), Config::default()),
        session: world.tenant.session.clone(),
    };
    let hour = 3600;
    for _ in 0..3 {
        world.runtime.advance(hour + hour / 2);
        let (status, body) = client.send("GET", "/images?count=true", "").await;
        assert_eq!(status, StatusCode::OK, "{body}");
    }
    world.runtime.advance(2 * hour + 1);
    let (status, body) = client.send("GET", "/images?count=true", "").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(body["error"]["code"], "ID.1001");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renewed_session_lives_as_long_as_was_asked() {
    let world = World::new().await;
    let client = Client {
        router: router(world.app.clone(), Config::default()),
        session: world.tenant.session.clone(),
    };
    let day = 86_400;
    let renew = format!("/accounts/sessions/{}/renew", client.session);
    let body = r#"{"renewSession":{"duration":86400}}"#;
    let (status, body) = client.send("PUT", &renew, body).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    world.runtime.advance(day - 60);
    let valid = format!("/accounts/sessions/{}/valid", client.session);
    let (_, body) = client.send("GET", &valid, "").await;
    assert_eq!(body["valid"], true);
}

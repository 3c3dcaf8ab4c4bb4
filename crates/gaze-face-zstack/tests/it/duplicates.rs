//! Ids of calls that are used twice, as ZStack's own tests state it (DuplicateJobUuidCase).

use axum::body::Body;
use axum::http::{Request, StatusCode};
use gaze_domain::JobId;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::client::Client;
use crate::cloud::clouds;

/// A call with an id of the client's own; its status and text.
async fn named(client: &Client, method: &str, path: &str, body: Value, job: &str) -> (u16, String) {
    let request = Request::builder()
        .method(method)
        .uri(format!("/zstack/v1{path}"))
        .header("Authorization", format!("OAuth {}", client.session))
        .header("X-Job-UUID", job)
        .body(Body::from(body.to_string()))
        .unwrap();
    let response = client.router.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_names_one_change_and_any_number_of_questions() {
    for cloud in clouds().await {
        let added = cloud.add(json!({})).await;
        let image = added["uuid"].as_str().unwrap();
        let job = JobId::new(cloud.world.app.new_uuid()).hex();
        let (path, action) = (
            format!("/images/{image}"),
            format!("/images/{image}/actions"),
        );
        let disable = json!({"changeImageState": {"stateEvent": "disable"}});
        let (status, _) = named(&cloud.tenant, "PUT", &action, disable.clone(), &job).await;
        assert_eq!(status, StatusCode::OK);
        let post = json!({"params": {"name": "n"}});
        for (method, path, body) in [
            ("PUT", &action, disable),
            ("POST", &cloud.templates(), post),
            ("DELETE", &path, json!({})),
        ] {
            let refused = named(&cloud.tenant, method, path, body, &job).await;
            assert_eq!(
                refused,
                (400, format!("Duplicate job uuid[{job}]")),
                "{method}"
            );
        }
        for _ in 0..2 {
            let (status, _) = named(&cloud.tenant, "GET", &path, json!({}), &job).await;
            assert_eq!(status, StatusCode::OK);
        }
        assert_eq!(cloud.tenant.images().await, 1);
        assert_eq!(cloud.tenant.image(image).await["status"], "Ready");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_id_of_a_refused_change_is_used_up_as_well() {
    for cloud in clouds().await {
        let job = JobId::new(cloud.world.app.new_uuid()).hex();
        let path = "/images/e4891e6ef3a64ea08ce91ab379a5c999/actions";
        let body = json!({"changeImageState": {"stateEvent": "enable"}});
        let (status, _) = named(&cloud.tenant, "PUT", path, body.clone(), &job).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        let (status, text) = named(&cloud.tenant, "PUT", path, body, &job).await;
        assert_eq!((status, text), (400, format!("Duplicate job uuid[{job}]")));
    }
}

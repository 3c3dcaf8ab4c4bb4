//! Changes at the same time.

use axum::body::Body;
use axum::http::StatusCode;
use futures_util::{StreamExt as _, stream};
use gaze_testkit::World;
use serde_json::json;

use crate::stage::Client;

#[tokio::test]
async fn patches_at_the_same_time_are_all_made() {
    let world = World::new().await;
    let client = Client::new(&world, &world.tenant.login);
    let id = client.create(&json!({"name": "a"})).await;
    let mut patches = Vec::new();
    for at in 0..20 {
        let client = Client::new(&world, &world.tenant.login);
        let id = id.clone();
        patches.push(tokio::spawn(async move {
            let path = format!("/p{at}");
            let changes = json!([{"op": "add", "path": path, "value": "v"}]);
            client.patch(&id, &changes).await.0
        }));
    }
    for patch in patches {
        assert_eq!(patch.await.unwrap(), StatusCode::OK);
    }
    let (_, image) = client.get(&format!("/v2/images/{id}")).await;
    for at in 0..20 {
        assert_eq!(image[format!("p{at}")], "v", "{at}");
    }
}

#[tokio::test]
async fn a_patch_while_bytes_come_is_kept_beside_them() {
    let world = World::new().await;
    let client = Client::new(&world, &world.tenant.login);
    let new = json!({"name": "a", "disk_format": "raw", "container_format": "bare"});
    let id = client.create(&new).await;
    let (patched, wait) = tokio::sync::oneshot::channel();
    let first = stream::once(async { Ok::<_, std::io::Error>("01234") });
    let second = stream::once(async {
        wait.await.unwrap();
        Ok("56789")
    });
    let body = Body::from_stream(first.chain(second));
    let path = format!("/v2/images/{id}/file");
    let headers = [("Content-Type", "application/octet-stream")];
    let uploaded = client.ask("PUT", &path, &headers, body);
    let other = Client::new(&world, &world.tenant.login);
    let changed = async {
        let image = format!("/v2/images/{id}");
        while other.get(&image).await.1["status"] != "saving" {
            tokio::task::yield_now().await;
        }
        let changes = json!([
            {"op": "replace", "path": "/name", "value": "b"},
            {"op": "add", "path": "/team", "value": "red"},
        ]);
        let (status, shown) = other.patch(&id, &changes).await;
        assert_eq!(
            (status, &shown["status"]),
            (StatusCode::OK, &json!("saving"))
        );
        // What bytes are being judged by stays as it is.
        let format = json!([{"op": "replace", "path": "/disk_format", "value": "qcow2"}]);
        assert_eq!(other.patch(&id, &format).await.0, StatusCode::FORBIDDEN);
        patched.send(()).unwrap();
    };
    let (uploaded, ()) = tokio::join!(uploaded, changed);
    assert_eq!(uploaded.status(), StatusCode::NO_CONTENT);
    let (_, image) = client.get(&format!("/v2/images/{id}")).await;
    assert_eq!(image["status"], "active");
    assert_eq!(
        (&image["name"], &image["team"]),
        (&json!("b"), &json!("red"))
    );
    assert_eq!(image["size"], 10);
}

#[tokio::test]
async fn of_two_that_remove_a_property_one_is_told_that_it_is_gone() {
    let world = World::new().await;
    let client = Client::new(&world, &world.tenant.login);
    let id = client.create(&json!({"name": "a", "team": "red"})).await;
    let changes = json!([{"op": "remove", "path": "/team"}]);
    let both = tokio::join!(client.patch(&id, &changes), client.patch(&id, &changes));
    let mut codes = [both.0.0.as_u16(), both.1.0.as_u16()];
    codes.sort_unstable();
    assert_eq!(codes, [200, 409]);
}

#[tokio::test]
async fn a_patch_that_is_refused_changes_nothing() {
    let world = World::new().await;
    let client = Client::new(&world, &world.tenant.login);
    let id = client.create(&json!({"name": "a"})).await;
    let changes = json!([
        {"op": "replace", "path": "/name", "value": "b"},
        {"op": "replace", "path": "/nothing", "value": "b"},
    ]);
    assert_eq!(client.patch(&id, &changes).await.0, StatusCode::CONFLICT);
    let publish = json!([
        {"op": "replace", "path": "/name", "value": "b"},
        {"op": "replace", "path": "/visibility", "value": "public"},
    ]);
    assert_eq!(client.patch(&id, &publish).await.0, StatusCode::FORBIDDEN);
    let (_, image) = client.get(&format!("/v2/images/{id}")).await;
    assert_eq!(
        (&image["name"], &image["visibility"]),
        (&json!("a"), &json!("shared"))
    );
}

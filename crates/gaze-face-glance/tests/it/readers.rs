//! What a reader may do, by Glance's default policy: look.

use axum::body::Body;
use gaze_app::{Login, NewImage, NewUser, ScopeWish, Secret, UserName};
use gaze_domain::Role;
use gaze_domain::access::TokenKind;
use gaze_testkit::World;
use serde_json::json;

use crate::stage::{Client, PATCH};

const PASSWORD: &str = "a reader's password";

/// Somebody who reads what the tenant owns.
async fn reader(world: &World) -> Client {
    let new = NewUser {
        name: "reader".into(),
        project: world.tenant.project.id,
        role: Role::Reader,
        password: Some(PASSWORD.into()),
    };
    let made = world.app.create_user(&world.admin.caller, new);
    let (user, _) = made.await.unwrap();
    let login = Login {
        user: UserName::Id(user.id),
        secret: Secret::Clear(PASSWORD.into()),
        kind: TokenKind::Login,
        scope: ScopeWish::Default,
    };
    let issued = world.app.login(login).await.unwrap();
    Client::new(world, &issued.token)
}

#[tokio::test]
async fn a_reader_sees_images_and_changes_and_downloads_none() {
    let world = World::new().await;
    let image = world.image_of(&world.tenant, NewImage::named("a")).await;
    let theirs = world.image_of(&world.stranger, NewImage::named("b")).await;
    let reader = reader(&world).await;
    let (own, foreign) = (image.id.hyphenated(), theirs.id.hyphenated());
    let (_, shown) = reader.get(&format!("/v2/images/{own}")).await;
    assert_eq!(shown["status"], "active");
    let (_, page) = reader.get("/v2/images").await;
    assert_eq!(page["images"].as_array().unwrap().len(), 1);
    let octets = ("Content-Type", "application/octet-stream");
    let patch = ("Content-Type", PATCH);
    let stranger = world.stranger.project.id.hex();
    let rename = json!([{"op": "replace", "path": "/name", "value": "c"}]).to_string();
    let member = json!({ "member": stranger }).to_string();
    let import = json!({"method": {"name": "glance-direct"}}).to_string();
    for (method, behind, header, body) in [
        ("GET", "/file", octets, ""),
        ("PUT", "/file", octets, "x"),
        ("PUT", "/stage", octets, "x"),
        ("PUT", "/tags/t", octets, ""),
        ("PATCH", "", patch, rename.as_str()),
        ("POST", "/members", octets, &member),
        ("POST", "/import", octets, &import),
        ("POST", "/actions/deactivate", octets, ""),
        ("DELETE", "", octets, ""),
    ] {
        let path = format!("/v2/images/{own}{behind}");
        let answer = reader.ask(method, &path, &[header], body.to_owned()).await;
        assert_eq!(answer.status(), 403, "{method} {path}");
        // What it may not know of does not exist, but for the bytes, which it may have of nobody.
        let path = format!("/v2/images/{foreign}{behind}");
        let answer = reader.ask(method, &path, &[header], body.to_owned()).await;
        let expected = if method == "GET" { 403 } else { 404 };
        assert_eq!(answer.status(), expected, "{method} {path}");
    }
    let made = reader
        .ask("POST", "/v2/images", &[], Body::from("{}"))
        .await;
    assert_eq!(made.status(), 403);
}

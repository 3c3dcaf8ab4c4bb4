//! Images of other services, and copies that are preferred.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use gaze_testkit::World;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use crate::stage::{Client, json, knowing, router, router_of, store};

const OCTETS: (&str, &str) = ("Content-Type", "application/octet-stream");
const PATIENCE: Duration = Duration::from_mins(1);

/// The face on a port of this machine, for as long as the test runs.
async fn served(world: &World) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = router(world);
    tokio::spawn(gaze_http::serve(
        listener,
        router,
        std::future::pending::<()>(),
        Duration::ZERO,
    ));
    address
}

/// What the import asks for.
fn of(image: &str, region: &str) -> Value {
    let method = json!({"name": "glance-download", "glance_region": region,
                        "glance_image_id": image});
    json!({ "method": method })
}

/// The status of the image's task once it has ended.
async fn ended(client: &Client, image: &str) -> String {
    let end = tokio::time::Instant::now() + PATIENCE;
    loop {
        let (_, told) = client.get(&format!("/v2/images/{image}/tasks")).await;
        let tasks = told["tasks"].as_array().unwrap();
        assert_eq!(tasks.len(), 1, "{told}");
        let status = tasks[0]["status"].as_str().unwrap();
        if ["success", "failure"].contains(&status) {
            return status.to_owned();
        }
        assert!(tokio::time::Instant::now() < end, "{told}");
        tokio::task::yield_now().await;
    }
}

async fn import(client: &Client, id: &str, document: &Value) -> StatusCode {
    let path = format!("/v2/images/{id}/import");
    let answer = client.ask("POST", &path, &[], document.to_string()).await;
    json(answer).await.0
}

async fn bytes(client: &Client, path: &str) -> Vec<u8> {
    let answer = client.ask("GET", path, &[], Body::empty()).await;
    assert_eq!(answer.status(), StatusCode::OK);
    answer
        .into_body()
        .collect()
        .await
        .unwrap()
        .to_bytes()
        .into()
}

/// An active image, with a property that is taken over and one that is not.
async fn source(client: &Client) -> String {
    let document = json!({"name": "source", "disk_format": "raw", "container_format": "bare",
        "hw_cpu_cores": "5", "trait:STORAGE_DISK_SSD": "required", "os_distro": "rhel",
        "speed": "88mph"});
    let id = client.create(&document).await;
    let path = format!("/v2/images/{id}/file");
    let sent = client.ask("PUT", &path, &[OCTETS], "0123456789").await;
    assert_eq!(sent.status(), StatusCode::NO_CONTENT);
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_of_another_service_comes_with_some_of_what_is_said_of_it() {
    let world =
        World::new_with(|settings| settings.private_sources = vec!["127.0.0.1".into()]).await;
    let address = served(&world).await;
    let config = knowing(&[&format!("RegionTwo=http://{address}/")]);
    let client = Client::of(router_of(&world, config), &world.tenant.login);
    let from = source(&client).await;
    let conflicting = json!({"name": "mine", "disk_format": "iso", "container_format": "ovf",
        "hw_cpu_cores": "1", "os_distro": "windows", "team": "red"});
    let id = client.create(&conflicting).await;
    assert_eq!(import(&client, &id, &of(&from, "regiontwo")).await, 202);
    assert_eq!(ended(&client, &id).await, "success");
    let (_, image) = client.get(&format!("/v2/images/{id}")).await;
    for (name, value) in [
        ("status", json!("active")),
        ("name", json!("mine")),
        ("size", json!(10)),
        ("disk_format", json!("raw")),
        ("container_format", json!("bare")),
        ("hw_cpu_cores", json!("5")),
        ("trait:STORAGE_DISK_SSD", json!("required")),
        ("os_distro", json!("rhel")),
        ("team", json!("red")),
        ("speed", Value::Null),
    ] {
        assert_eq!(image[name], value, "{name}");
    }
    let path = format!("/v2/images/{id}/file");
    assert_eq!(bytes(&client, &path).await, b"0123456789");
    assert_eq!(import(&client, &id, &of(&from, "RegionTwo")).await, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_cannot_be_had_elsewhere_leaves_this_one_as_it_was() {
    for allowed in [true, false] {
        let world = World::new_with(|settings| {
            if allowed {
                settings.private_sources = vec!["127.0.0.1".into()];
            }
        })
        .await;
        let address = served(&world).await;
        let config = knowing(&[&format!("two=http://{address}")]);
        let client = Client::of(router_of(&world, config), &world.tenant.login);
        let said = json!({"name": "mine", "disk_format": "iso", "container_format": "ovf",
            "hw_cpu_cores": "1"});
        let active = source(&client).await;
        let theirs = {
            let new = gaze_app::NewImage::named("theirs");
            world.image_of(&world.stranger, new).await.id.hyphenated()
        };
        let empty = client.create(&said).await;
        let missing = "36d4b546-64a2-4bb9-bdd0-ba676aa48f2c".to_owned();
        // Where the address is not allowed, not even what is there is to be had.
        let none = if allowed { missing } else { active };
        for from in [none, theirs, empty] {
            let id = client.create(&said).await;
            assert_eq!(import(&client, &id, &of(&from, "two")).await, 202);
            assert_eq!(ended(&client, &id).await, "failure");
            let (_, image) = client.get(&format!("/v2/images/{id}")).await;
            for (name, value) in [
                ("status", "queued"),
                ("disk_format", "iso"),
                ("container_format", "ovf"),
                ("hw_cpu_cores", "1"),
            ] {
                assert_eq!(image[name], value, "{name} {allowed}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preferred_store_must_be_known_and_is_read_from() {
    let world = World::new().await;
    let other = store(&world, "other").await;
    let client = Client::new(&world, &world.tenant.login);
    let id = source(&client).await;
    let document = json!({"method": {"name": "copy-image"}, "stores": ["other"]});
    assert_eq!(import(&client, &id, &document).await, 202);
    assert_eq!(ended_last(&client, &id).await, "success");
    let image = id.parse().unwrap();
    let image = world
        .app
        .get_image(&world.admin.caller, image)
        .await
        .unwrap();
    let copy = image.locations.iter().find(|copy| copy.store == other.id);
    // The two copies are told apart by their bytes, as no client ever should.
    let blob = std::path::Path::new(&other.url)
        .join("blobs")
        .join(&copy.unwrap().key);
    std::fs::remove_file(&blob).unwrap();
    std::fs::write(&blob, "abcdefghij").unwrap();
    let own = &world.store.name;
    for (query, expected) in [
        ("", "0123456789"),
        ("?prefer=other", "abcdefghij"),
        (&format!("?prefer={own},other"), "0123456789"),
        (&format!("?prefer=%20other%20,{own}"), "abcdefghij"),
    ] {
        let path = format!("/v2/images/{id}/file{query}");
        assert_eq!(bytes(&client, &path).await, expected.as_bytes(), "{query}");
    }
    let path = format!("/v2/images/{id}/file?prefer=nowhere");
    let (status, _) = client.get(&path).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

/// The status of the image's newest task once it has ended.
async fn ended_last(client: &Client, image: &str) -> String {
    let end = tokio::time::Instant::now() + PATIENCE;
    loop {
        let (_, told) = client.get(&format!("/v2/images/{image}/tasks")).await;
        let status = told["tasks"][0]["status"].as_str().unwrap().to_owned();
        if ["success", "failure"].contains(&status.as_str()) {
            return status;
        }
        assert!(tokio::time::Instant::now() < end, "{told}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_services_own_properties_are_set_by_nobody() {
    let world = World::new().await;
    let client = Client::new(&world, &world.tenant.login);
    let document = json!({"name": "a", "os_glance_foo": "bar"}).to_string();
    let answer = client.ask("POST", "/v2/images", &[], document).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let id = client.create(&json!({"name": "a"})).await;
    for change in [
        json!([{"op": "add", "path": "/os_glance_foo", "value": "bar"}]),
        json!([{"op": "remove", "path": "/os_glance_failed_import"}]),
    ] {
        assert_eq!(client.patch(&id, &change).await.0, StatusCode::FORBIDDEN);
    }
}

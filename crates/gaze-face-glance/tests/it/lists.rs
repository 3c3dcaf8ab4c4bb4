//! Lists of images: what each caller sees, filters, pages.

use axum::http::StatusCode;
use gaze_app::NewImage;
use gaze_domain::{Image, MemberState, Visibility};
use gaze_testkit::{Tenant, World};
use serde_json::{Value, json};

use crate::stage::Client;

async fn shared(world: &World, name: &str, state: MemberState) -> Image {
    let image = world.image_of(&world.stranger, NewImage::named(name)).await;
    let (owner, with) = (&world.stranger.caller, world.tenant.project.id);
    let made = world
        .app
        .add_member(owner, image.id, with, MemberState::Pending);
    made.await.unwrap();
    let decided = world
        .app
        .set_member_state(&world.tenant.caller, image.id, with, state);
    decided.await.unwrap();
    image
}

/// Images of three owners: `one`, `two` (hidden), `three`, and `gone` of the tenant; `gold` that is
/// public; `taken`, `offered`, `refused`, `theirs` and `anybodys` (of the community) of the
/// stranger.
async fn cloud() -> World {
    let world = World::new().await;
    let with = |name: &str, value: &str| NewImage {
        properties: [("team".to_owned(), value.to_owned())].into(),
        tags: ["all".to_owned(), name.to_owned()].into(),
        ..NewImage::named(name)
    };
    let Tenant { caller, .. } = &world.tenant;
    world.image_of(&world.tenant, with("one", "red")).await;
    let hidden = NewImage {
        hidden: true,
        ..with("two", "red")
    };
    world.image_of(&world.tenant, hidden).await;
    world
        .app
        .create_image(caller, with("three", "blue"))
        .await
        .unwrap();
    let gone = world.image_of(&world.tenant, with("gone", "red")).await;
    let deleted = world
        .app
        .delete_image(caller, gone.id, gaze_app::DeleteMode::Delay);
    deleted.await.unwrap();
    let public = NewImage {
        visibility: Visibility::Public,
        ..NewImage::named("gold")
    };
    world.image_of(&world.admin, public).await;
    shared(&world, "taken", MemberState::Accepted).await;
    shared(&world, "offered", MemberState::Pending).await;
    shared(&world, "refused", MemberState::Rejected).await;
    world
        .image_of(&world.stranger, NewImage::named("theirs"))
        .await;
    let community = NewImage {
        visibility: Visibility::Community,
        ..NewImage::named("anybodys")
    };
    world.image_of(&world.stranger, community).await;
    world
}

fn names(page: &Value) -> Vec<&str> {
    let images = page["images"].as_array().unwrap();
    images
        .iter()
        .map(|image| image["name"].as_str().unwrap())
        .collect()
}

async fn listed(client: &Client, query: &str) -> String {
    let (status, page) = client
        .get(&format!("/v2/images?sort=name:asc&{query}"))
        .await;
    assert_eq!(status, StatusCode::OK, "{query}: {page}");
    names(&page).join(" ")
}

#[tokio::test]
async fn filters_find_what_the_answers_show() {
    let world = cloud().await;
    let client = Client::new(&world, &world.tenant.login);
    let own = world.tenant.project.id.hex();
    for (query, expected) in [
        ("", "gold one taken three"),
        ("visibility=all", "anybodys gold one taken three"),
        ("visibility=community", "anybodys"),
        ("size=65536", "gold one taken"),
        ("size=1", ""),
        ("visibility=public", "gold"),
        ("visibility=private", "one three"),
        ("visibility=shared", "taken"),
        ("visibility=shared&member_status=pending", "offered"),
        (
            "visibility=shared&member_status=all",
            "offered refused taken",
        ),
        ("member_status=rejected", "gold one refused three"),
        ("os_hidden=True", "two"),
        ("name=one", "one"),
        ("name=in:one,three,theirs", "one three"),
        ("status=queued", "three"),
        ("status=active", "gold one taken"),
        ("status=in:active,queued", "gold one taken three"),
        ("status=deleted", ""),
        ("tag=all", "one three"),
        ("tag=all&tag=one", "one"),
        ("team=red", "one"),
        ("team=blue", "three"),
        ("architecture=x86_64", "gold one taken"),
        ("disk_format=raw", "gold one taken"),
        ("disk_format=in:qcow2,raw", "gold one taken"),
        ("container_format=bare", "gold one taken three"),
        ("size_min=1", "gold one taken"),
        ("size_min=1&size_max=2", ""),
        ("min_ram=0", "gold one taken three"),
        ("protected=false", "gold one taken three"),
        ("protected=true", ""),
        (
            "created_at=gte:2000-01-01T00:00:00Z",
            "gold one taken three",
        ),
        ("updated_at=lt:2000-01-01T00:00:00Z", ""),
        ("checksum=nonsense", ""),
        ("limit=2", "gold one"),
        ("limit=0", ""),
    ] {
        assert_eq!(listed(&client, query).await, expected, "{query}");
    }
    assert_eq!(listed(&client, &format!("owner={own}")).await, "one three");
    let admin = Client::new(&world, &world.admin.login);
    assert_eq!(
        listed(&admin, "").await,
        "gold offered one refused taken theirs three"
    );
    for (word, expected) in [
        (
            "all",
            "anybodys gold offered one refused taken theirs three",
        ),
        ("community", "anybodys"),
        ("private", "one theirs three"),
        ("shared", "offered refused taken"),
    ] {
        let query = format!("visibility={word}");
        assert_eq!(listed(&admin, &query).await, expected, "{query}");
    }
    let owner = Client::new(&world, &world.stranger.login);
    assert_eq!(
        listed(&owner, "").await,
        "anybodys gold offered refused taken theirs"
    );
}

#[tokio::test]
async fn a_filter_by_what_an_image_shows_finds_it() {
    let world = World::new().await;
    let client = Client::new(&world, &world.tenant.login);
    let id = client
        .create(&json!({
            "name": "in: a, \"b\"", "os_distro": "debian", "os_version": "12", "os_type": "windows",
            "architecture": "sparc", "hw_firmware_type": "uefi", "description": "d",
            "disk_format": "raw", "container_format": "ova", "min_ram": 64, "min_disk": 2,
        }))
        .await;
    for query in [
        "os_distro=debian",
        "os_version=12",
        "os_type=windows",
        "architecture=sparc",
        "hw_firmware_type=uefi",
        "description=d",
        "container_format=ova",
        "container_format=in:bare,ova",
        "min_ram=64",
        "min_disk=2",
        &format!("id={id}"),
        &format!("id=in:{id}"),
    ] {
        let (_, page) = client.get(&format!("/v2/images?{query}")).await;
        assert_eq!(page["images"].as_array().unwrap().len(), 1, "{query}");
    }
    let (_, image) = client.get(&format!("/v2/images/{id}")).await;
    let time = image["created_at"].as_str().unwrap();
    let count = async |query: String| -> usize {
        let (_, page) = client.get(&format!("/v2/images?{query}")).await;
        page["images"].as_array().unwrap().len()
    };
    for (operator, expected) in [
        ("", 1),
        ("eq:", 1),
        ("gte:", 1),
        ("lte:", 1),
        ("neq:", 0),
        ("gt:", 0),
        ("lt:", 0),
    ] {
        let found = count(format!("created_at={operator}{time}")).await;
        assert_eq!(found, expected, "{operator}");
    }
}

#[tokio::test]
async fn pages_hold_every_image_once() {
    let world = cloud().await;
    let client = Client::new(&world, &world.tenant.login);
    for order in [
        "",
        "&sort=name:asc",
        "&sort=status:desc,size:asc,name",
        "&sort_key=size",
    ] {
        let mut seen = Vec::new();
        let mut next = format!("/v2/images?limit=2{order}");
        let first = next.clone();
        let pages = loop {
            let (status, page) = client.get(&next).await;
            assert_eq!(status, StatusCode::OK, "{next}");
            let shown = page["first"]
                .as_str()
                .unwrap()
                .replace("%3A", ":")
                .replace("%2C", ",");
            assert_eq!(shown, first);
            seen.extend(names(&page).into_iter().map(str::to_owned));
            match page["next"].as_str() {
                Some(address) => next = address.to_owned(),
                None => break seen,
            }
        };
        let mut sorted = pages;
        sorted.sort();
        assert_eq!(sorted, ["gold", "one", "taken", "three"], "{order}");
    }
}

#[tokio::test]
async fn a_marker_must_be_visible() {
    let world = cloud().await;
    let client = Client::new(&world, &world.tenant.login);
    let admin = Client::new(&world, &world.admin.login);
    let (_, page) = admin.get("/v2/images?name=theirs").await;
    let id = page["images"][0]["id"].as_str().unwrap();
    for marker in [id, "nonsense", "00000000-0000-4000-8000-000000000000"] {
        let (status, _) = client.get(&format!("/v2/images?marker={marker}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{marker}");
    }
}

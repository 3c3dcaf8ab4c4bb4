//! `docs/mapping.md`, walked row by row: every word of the catalogue has a row, and what the row
//! says is what the faces show.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use gaze_domain::{
    Architecture, Firmware, Image, Media, MemberState, Platform, Status, Visibility,
};
use gaze_http::RequestId;
use gaze_testkit::World;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::faces::faces;

const TABLES: &str = include_str!("../../../../docs/mapping.md");

/// The rows of the table below a heading: each cell's first word in backticks, or `None`.
fn rows(heading: &str) -> Vec<Vec<Option<String>>> {
    let (_, below) = TABLES
        .split_once(&format!("### {heading}\n"))
        .expect("the heading");
    let table = below.lines().skip_while(|line| !line.starts_with('|'));
    table
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| line.trim_matches('|').split('|').map(first_word).collect())
        .collect()
}

fn first_word(cell: &str) -> Option<String> {
    cell.split('`').nth(1).map(str::to_owned)
}

/// Checks that the first column holds exactly these words, apart from the row for "not known".
fn covers(heading: &str, words: &[&str]) -> Vec<Vec<Option<String>>> {
    let rows = rows(heading);
    let named: Vec<&str> = rows.iter().filter_map(|row| row[0].as_deref()).collect();
    assert_eq!(named, words, "the rows of {heading}");
    rows
}

/// One service behind all faces.
struct Stage {
    world: World,
    router: Router,
}

impl Stage {
    async fn new() -> Self {
        let world = World::new().await;
        let app = world.app.clone();
        let id = RequestId::fresh(app.new_uuid());
        let router = faces(&app, id);
        Self { world, router }
    }

    async fn ask(&self, request: Request<Body>) -> Value {
        let answer = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        let body = axum::body::to_bytes(answer.into_body(), 1 << 20)
            .await
            .expect("a body");
        serde_json::from_slice(&body).expect("JSON")
    }

    /// The image as Glance shows it; `Null` if it does not exist there.
    async fn shown_by_glance(&self, image: &Image) -> Value {
        let request = Request::builder()
            .uri(format!("/v2/images/{}", image.id.hyphenated()))
            .header("X-Auth-Token", &self.world.tenant.login)
            .body(Body::empty());
        let answer = self
            .router
            .clone()
            .oneshot(request.expect("a request"))
            .await
            .expect("an answer");
        let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await;
        serde_json::from_slice(&body.expect("a body")).unwrap_or(Value::Null)
    }

    /// The image as ZStack, Huawei Cloud, DiDi Cloud and Glance show it; `Null` where it is not listed.
    async fn shown_as(&self, image: &Image, deleted: bool) -> BTreeMap<&'static str, Value> {
        let tenant = &self.world.tenant;
        let get = |uri: String| Request::builder().uri(uri);
        let zstack = get(format!("/zstack/v1/images/{}", image.id.hex()))
            .header("Authorization", format!("OAuth {}", tenant.session));
        // Deleted images are listed for who asks for them by their status.
        let asked = if deleted { "&status=deleted" } else { "" };
        let huawei = get(format!(
            "/v1/cloudimages/region-1?id={}{asked}",
            image.id.hyphenated()
        ))
        .header("X-Auth-Token", &tenant.login);
        let didi = Request::post("/dicloud/i/storage/cimg/list")
            .header("Authorization", format!("Bearer {}", tenant.api_token))
            .header("Content-Type", "application/json");
        let body = serde_json::json!({
            "regionId": "region-1", "limit": 10, "condition": { "names": [image.name] }
        });
        let zstack = self
            .ask(zstack.body(Body::empty()).expect("a request"))
            .await;
        let huawei = self
            .ask(huawei.body(Body::empty()).expect("a request"))
            .await;
        let didi = self
            .ask(didi.body(body.to_string().into()).expect("a request"))
            .await;
        BTreeMap::from([
            ("zstack", zstack["inventories"][0].clone()),
            ("huawei", huawei["images"][0].clone()),
            ("didi", didi["data"]["items"][0].clone()),
            ("glance", self.shown_by_glance(image).await),
        ])
    }

    async fn shown(&self, image: &Image) -> BTreeMap<&'static str, Value> {
        self.shown_as(image, false).await
    }

    /// Sets a column as no verb would, since some states last only for moments.
    async fn force(&self, image: &Image, column: &'static str, word: Option<&str>) {
        self.world.force(image.id, column, word).await;
    }
}

/// The word in a field, however it is spelled in JSON.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// Walks one table: each row's word is forced into the column, and each face's field is compared.
async fn walk(
    heading: &str,
    column: &'static str,
    words: &[&str],
    fields: &[(&'static str, &str)],
) {
    let stage = Stage::new().await;
    let image = stage.world.image("mapped").await;
    for row in covers(heading, words) {
        stage.force(&image, column, row[0].as_deref()).await;
        let deleted = row[0].as_deref() == Some("deleted");
        let shown = stage.shown_as(&image, deleted).await;
        for (at, (face, field)) in fields.iter().enumerate() {
            let expected = &row[at + 1];
            let found = word(&shown[face][field]);
            assert_eq!(
                &found, expected,
                "{heading} {:?} in {face}'s {field}",
                row[0]
            );
        }
    }
}

fn words_of<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().map(|one| word(*one)).collect()
}

#[tokio::test]
async fn every_status_shows_as_the_table_says() {
    let words = words_of(Status::ALL, Status::as_str);
    Box::pin(walk(
        "Status",
        "status",
        &words,
        &[
            ("zstack", "status"),
            ("huawei", "status"),
            ("didi", "status"),
            ("glance", "status"),
        ],
    ))
    .await;
}

#[tokio::test]
async fn every_platform_shows_as_the_table_says() {
    let words = words_of(Platform::ALL, Platform::as_str);
    Box::pin(walk(
        "Platform",
        "platform",
        &words,
        &[
            ("zstack", "platform"),
            ("huawei", "__os_type"),
            ("didi", "platform"),
            ("glance", "os_type"),
        ],
    ))
    .await;
}

#[tokio::test]
async fn every_architecture_shows_as_the_table_says() {
    let words = words_of(Architecture::ALL, Architecture::as_str);
    Box::pin(walk(
        "Architecture",
        "architecture",
        &words,
        &[
            ("zstack", "architecture"),
            ("huawei", "__support_arm"),
            ("huawei", "__os_bit"),
            ("didi", "osArch"),
            ("glance", "architecture"),
        ],
    ))
    .await;
}

#[tokio::test]
async fn every_media_shows_as_the_table_says() {
    let stage = Stage::new().await;
    let image = stage.world.image("mapped").await;
    for row in covers("Media", &words_of(Media::ALL, Media::as_str)) {
        stage.force(&image, "media", row[0].as_deref()).await;
        let shown = stage.shown(&image).await;
        assert_eq!(word(&shown["zstack"]["mediaType"]), row[1]);
        assert_eq!(word(&shown["huawei"]["virtual_env_type"]), row[2]);
        let listed = row[0].as_deref() == Some("root-disk");
        assert_eq!(shown["didi"].is_object(), listed, "{row:?}");
    }
}

#[tokio::test]
async fn every_firmware_shows_as_the_table_says() {
    let stage = Stage::new().await;
    let image = stage.world.image("mapped").await;
    for row in covers("Firmware", &words_of(Firmware::ALL, Firmware::as_str)) {
        stage.force(&image, "firmware", row[0].as_deref()).await;
        let shown = stage.shown(&image).await;
        assert_eq!(
            word(&shown["huawei"]["hw_firmware_type"]),
            row[2],
            "{row:?}"
        );
        assert_eq!(
            word(&shown["glance"]["hw_firmware_type"]),
            row[4],
            "{row:?}"
        );
    }
}

#[tokio::test]
async fn every_visibility_shows_as_the_table_says() {
    let stage = Stage::new().await;
    let image = stage.world.image("mapped").await;
    for row in covers("Visibility", &words_of(Visibility::ALL, Visibility::as_str)) {
        stage.force(&image, "visibility", row[0].as_deref()).await;
        let shown = stage.shown(&image).await;
        assert_eq!(word(&shown["huawei"]["visibility"]), row[2], "{row:?}");
        assert_eq!(word(&shown["huawei"]["__imagetype"]), row[3], "{row:?}");
        assert_eq!(word(&shown["glance"]["visibility"]), row[5], "{row:?}");
        let custom = row[0].as_deref() != Some("public");
        assert_eq!(shown["didi"].is_object(), custom, "{row:?}");
    }
}

#[tokio::test]
async fn a_change_through_one_face_shows_in_all_others_at_once() {
    let stage = Stage::new().await;
    let image = stage.world.image("switched").await;
    let tenant = &stage.world.tenant;
    for (event, row) in [("disable", "false"), ("enable", "true")] {
        let body = serde_json::json!({ "changeImageState": { "stateEvent": event } });
        let request = Request::put(format!("/zstack/v1/images/{}/actions", image.id.hex()))
            .header("Authorization", format!("OAuth {}", tenant.session))
            .body(body.to_string().into())
            .expect("a request");
        stage.ask(request).await;
        let rows = rows("Enabled");
        let expected = rows
            .iter()
            .find(|cells| cells[0].as_deref() == Some(row))
            .expect("a row");
        let shown = stage.shown(&image).await;
        assert_eq!(word(&shown["zstack"]["state"]), expected[1]);
        assert_eq!(word(&shown["huawei"]["__isregistered"]), expected[2]);
        assert_eq!(word(&shown["didi"]["status"]), expected[3]);
        assert_eq!(word(&shown["glance"]["status"]), expected[4]);
    }
}

#[tokio::test]
async fn an_image_that_is_shared_shows_to_its_member_in_every_face() {
    let stage = Stage::new().await;
    let world = &stage.world;
    let image = world
        .image_of(&world.stranger, gaze_app::NewImage::named("lent"))
        .await;
    let member = world.tenant.project.id;
    let app = &world.app;
    let lender = &world.stranger.caller;
    assert!(
        stage.shown(&image).await.values().all(Value::is_null),
        "seen before it was shared"
    );
    app.add_member(lender, image.id, member, MemberState::Accepted)
        .await
        .expect("a member");
    let shown = stage.shown(&image).await;
    assert_eq!(shown["didi"]["isShared"], true);
    assert_eq!(shown["huawei"]["__imagetype"], "shared");
    assert_eq!(word(&shown["zstack"]["uuid"]), Some(image.id.hex()));
}

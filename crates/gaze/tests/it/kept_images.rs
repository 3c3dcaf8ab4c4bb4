//! What is kept of images is told as if it had just been read: the same catalogue behind a service
//! that keeps images and behind one that keeps none, through every face, for whoever asks.

use axum::body::Body;
use axum::http::Request;
use axum::{Router, body};
use gaze_app::{DeleteMode, ImagePatch, NewExport, NewImage, StorePatch};
use gaze_domain::{ImageId, MemberState, Visibility};
use gaze_http::RequestId;
use gaze_testkit::{Tenant, World};
use tower::ServiceExt as _;

use crate::faces::faces;

/// What somebody may ask of images: method, path, body, how the credential is sent.
fn questions(
    world: &World,
    who: &Tenant,
    images: &[ImageId],
) -> Vec<(String, String, String, String)> {
    let token = |path: String| {
        let header = format!("X-Auth-Token: {}", who.login);
        ("GET".to_owned(), path, String::new(), header)
    };
    let bearer = |method: &str, path: String, body: &str| {
        let header = format!("Authorization: Bearer {}", who.api_token);
        (method.to_owned(), path, body.to_owned(), header)
    };
    let session = |path: String| {
        let header = format!("Authorization: OAuth {}", who.session);
        ("GET".to_owned(), path, String::new(), header)
    };
    let cimg = r#"{"regionId": "region-1", "limit": 50}"#;
    let machine = world.machine.id;
    let mut all = vec![
        token("/v2/images?sort_key=name".into()),
        token("/v2/images?visibility=all".into()),
        token("/v1/cloudimages/region-1".into()),
        token("/v1/cloudimages/region-1?status=deleted".into()),
        bearer("POST", "/dicloud/i/storage/cimg/list".into(), cimg),
        bearer("GET", "/gaze/v1/images".into(), ""),
        bearer(
            "GET",
            format!("/gaze/v1/instances/{machine}/candidates"),
            "",
        ),
        session("/zstack/v1/images".into()),
        session("/zstack/v1/images?fields=name&replyWithCount=true".into()),
        session(format!(
            "/zstack/v1/vm-instances/{}/image-candidates",
            machine.hex()
        )),
    ];
    for id in images {
        all.push(token(format!("/v2/images/{}", id.hyphenated())));
        all.push(bearer("GET", format!("/gaze/v1/images/{}", id.hex()), ""));
        all.push(session(format!("/zstack/v1/images/{}", id.hex())));
    }
    all
}

async fn ask(router: &Router, question: &(String, String, String, String)) -> (u16, String) {
    let (method, path, text, header) = question;
    let (name, value) = header.split_once(": ").expect("a header");
    let request = Request::builder()
        .method(method.as_str())
        .uri(path)
        .header(name, value)
        .header("Content-Type", "application/json")
        .body(Body::from(text.clone()));
    let answer = router.clone().oneshot(request.expect("a request")).await;
    let answer = answer.expect("an answer");
    let status = answer.status().as_u16();
    let bytes = body::to_bytes(answer.into_body(), 1 << 20).await;
    let text = String::from_utf8(bytes.expect("a body").to_vec());
    (status, text.expect("text"))
}

struct Pair {
    world: World,
    keeping: Router,
    forgetful: Router,
}

impl Pair {
    async fn new(world: World) -> Self {
        let id = RequestId::fresh(world.app.new_uuid());
        Self {
            keeping: faces(&world.app, id.clone()),
            forgetful: faces(&world.forgetful().await, id),
            world,
        }
    }

    /// Asks everything of both, of the one that keeps images twice.
    async fn compare(&self, images: &[ImageId], after: &str) {
        let mut found = 0;
        for who in [&self.world.tenant, &self.world.admin, &self.world.stranger] {
            for question in questions(&self.world, who, images) {
                let first = ask(&self.keeping, &question).await;
                let again = ask(&self.keeping, &question).await;
                let fresh = ask(&self.forgetful, &question).await;
                assert_eq!(first, fresh, "{question:?} after {after}");
                assert_eq!(again, fresh, "{question:?} again after {after}");
                found += usize::from(fresh.0 == 200);
            }
        }
        assert!(found > images.len() * 3, "{found} answers after {after}");
    }
}

async fn story(world: World) {
    let pair = Pair::new(world).await;
    let world = &pair.world;
    let (app, tenant, admin) = (&world.app, &world.tenant.caller, &world.admin.caller);
    let with = |name: &str, visibility| NewImage {
        visibility,
        tags: ["one".to_owned(), "two \"quoted\"".to_owned()].into(),
        properties: [("team".to_owned(), "red\\blue".to_owned())].into(),
        ..NewImage::named(name)
    };
    let own = world
        .image_of(&world.tenant, with("own", Visibility::Private))
        .await
        .id;
    let public = world
        .image_of(&world.admin, with("public", Visibility::Public))
        .await
        .id;
    let shared = world
        .image_of(&world.tenant, with("shared", Visibility::Shared))
        .await
        .id;
    let queued = app
        .create_image(tenant, with("queued", Visibility::Private))
        .await
        .expect("an image")
        .id;
    let images = [own, public, shared, queued];
    pair.compare(&images, "making them").await;

    let export = NewExport {
        image: public,
        store: None,
        format: None,
        job: None,
        origin: None,
    };
    app.export_image(admin, export).await.expect("an export");
    pair.compare(&images, "exporting").await;

    let friend = world.stranger.project.id;
    let member = app.add_member(tenant, shared, friend, MemberState::Accepted);
    member.await.expect("a member");
    pair.compare(&images, "sharing").await;

    let patch = ImagePatch {
        name: Some("renamed".into()),
        description: Some(Some("described".into())),
        min_ram_mib: Some(512),
        ..ImagePatch::default()
    };
    app.update_image(tenant, own, patch).await.expect("changed");
    pair.compare(&images, "a change of facts").await;

    let patch = ImagePatch {
        add_tags: vec!["three".into()],
        remove_tags: vec!["one".into()],
        set_properties: [("os_type".to_owned(), "linux".to_owned())].into(),
        remove_properties: vec!["team".into()],
        ..ImagePatch::default()
    };
    app.update_image(tenant, shared, patch).await.expect("tags");
    pair.compare(&images, "other tags and properties").await;

    app.change_image_state(admin, public, false)
        .await
        .expect("switched off");
    pair.compare(&images, "switching off").await;

    let patch = ImagePatch {
        visibility: Some(Visibility::Private),
        ..ImagePatch::default()
    };
    app.update_image(admin, public, patch)
        .await
        .expect("hidden");
    pair.compare(&images, "hiding from the public").await;

    let patch = StorePatch {
        name: Some("renamed-store".into()),
        ..StorePatch::default()
    };
    app.update_store(admin, world.store.id, patch)
        .await
        .expect("renamed");
    pair.compare(&images, "renaming a store").await;

    app.change_owner(admin, own.uuid(), friend)
        .await
        .expect("given away");
    pair.compare(&images, "giving one away").await;

    for word in ["saving", "failed", "importing", "active"] {
        world.force(shared, "status", Some(word)).await;
        pair.compare(&images, word).await;
    }

    app.delete_image(tenant, shared, DeleteMode::Delay)
        .await
        .expect("deleted");
    pair.compare(&images, "deleting").await;
    app.recover_image(tenant, shared).await.expect("back");
    pair.compare(&images, "recovering").await;

    app.remove_image(tenant, queued).await.expect("removed");
    pair.compare(&images, "removing").await;
    let again = NewImage {
        id: Some(queued),
        ..with("another", Visibility::Private)
    };
    app.create_image(tenant, again).await.expect("a new image");
    pair.compare(&images, "using an id again").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_face_tells_what_is_kept_as_if_it_were_read_anew() {
    for database in gaze_sql::testing::databases().await {
        Box::pin(story(World::on(database).await)).await;
    }
}

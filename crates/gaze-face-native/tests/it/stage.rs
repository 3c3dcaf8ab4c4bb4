//! The service on which transcripts are played: the test world, and what they call by name.

use std::sync::Arc;

use axum::Router;
use gaze_app::{DeleteMode, NewImage};
use gaze_domain::{MemberState, Visibility};
use gaze_face_native::Config;
use gaze_http::Metrics;
use gaze_testkit::World;
use gaze_testkit::transcript::{Givens, Stage};

pub(crate) fn router(world: &World) -> Router {
    let config = Config {
        version: "1.2.3".into(),
        ..Config::default()
    };
    let router = gaze_face_native::router(world.app.clone(), config);
    let runtime = Arc::clone(&world.runtime);
    gaze_http::observe(router, "native", runtime, Metrics::default())
}

pub(crate) async fn set(givens: &Givens) -> Stage {
    let world = World::new().await;
    let mut stage = Stage::new(router(&world));
    stage.given.extend(world.given());
    for name in &givens.names {
        stage = put(&world, name, stage).await;
    }
    stage.keep(world)
}

async fn put(world: &World, name: &str, stage: Stage) -> Stage {
    let tenant = &world.tenant;
    match name {
        "image" => stage.given("image", world.image("web").await.id),
        "two images" => {
            let first = world.image("web").await.id;
            let second = world.image("db").await.id;
            stage.given("image", first).given("second", second)
        }
        "queued image" => {
            let new = NewImage::named("empty");
            let image = world.app.create_image(&tenant.caller, new).await.unwrap();
            stage.given("queued", image.id)
        }
        "protected image" => {
            let new = NewImage {
                protected: true,
                ..NewImage::named("kept")
            };
            stage.given("protected", world.image_of(tenant, new).await.id)
        }
        "public image" => {
            let new = NewImage {
                visibility: Visibility::Public,
                ..NewImage::named("everybodys")
            };
            stage.given("public", world.image_of(&world.admin, new).await.id)
        }
        "deleted image" => {
            let image = world.image("gone").await;
            world
                .app
                .delete_image(&tenant.caller, image.id, DeleteMode::Delay)
                .await
                .unwrap();
            stage.given("deleted", image.id)
        }
        "offered image" => {
            let image = world
                .image_of(&world.stranger, NewImage::named("offer"))
                .await;
            let with = tenant.project.id;
            world
                .app
                .add_member(&world.stranger.caller, image.id, with, MemberState::Pending)
                .await
                .unwrap();
            stage.given("offered", image.id)
        }
        "import file" => {
            let disk = vec![0x5a; 64 << 10];
            stage.given("url", world.import_file("disk.raw", &disk))
        }
        "second store" => {
            let new = gaze_app::NewStore {
                id: None,
                region: world.region.id,
                name: "second".into(),
                description: None,
                kind: gaze_domain::StoreKind::Fs,
                url: None,
                host: None,
                medium: None,
                capacity: None,
                zones: Vec::new(),
            };
            let made = world.app.create_store(&world.admin.caller, new);
            stage.given("second", made.await.unwrap().id)
        }
        "damaged import file" => {
            let damaged = b"QFI\xfb\0\0\0\x03 and nothing more";
            stage.given("url", world.import_file("damaged.qcow2", damaged))
        }
        "file below the root disk" => {
            stage.given("below", world.disks().join("base.raw").display())
        }
        "data disk file" => {
            let path = world.disks().join("data.raw");
            std::fs::write(&path, vec![0; 1 << 20]).unwrap();
            stage.given("disk", path.display())
        }
        unknown => panic!("no fixture is called {unknown:?}"),
    }
}

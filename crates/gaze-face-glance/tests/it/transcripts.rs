//! The golden transcripts.

use std::path::Path;

use gaze_app::{NewImage, StoreChoice, Upload};
use gaze_domain::{Architecture, DiskFormat, MemberState, Visibility};
use gaze_testkit::World;
use gaze_testkit::transcript::{Givens, Stage, run_dir};

use crate::stage::{knowing, router, router_of, store};

#[tokio::test]
async fn the_transcripts_are_true() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    run_dir(&folder, stage).await.unwrap();
}

/// Two tenants and what the transcript asks for by name: images `mine`, `public`, `theirs`,
/// `offered` (shared with the tenant, who has not decided), `queued` and `bare` (without formats), and
/// a `file` that can be imported, an `other` store that has less room than the first, and `others`:
/// another service that is known and does not answer.
async fn stage(givens: &Givens) -> Stage {
    let world = World::new().await;
    let others = givens.names.iter().any(|name| name == "others");
    let mut stage = Stage::new(if others {
        router_of(&world, knowing(&["two=http://127.0.0.1:1"]))
    } else {
        router(&world)
    });
    for (name, value) in world.given() {
        stage = stage.given(&name, value);
    }
    stage = stage.given("nobody", "00000000-0000-4000-8000-000000000000");
    for name in &givens.names {
        if name == "others" {
            continue;
        }
        if name == "other" {
            store(&world, "other").await;
            continue;
        }
        if name == "file" {
            world.import_file("disk.raw", b"bytes");
            continue;
        }
        if name == "twice" {
            let (id, second) = twice(&world).await;
            stage = stage
                .given("twice", id.hyphenated())
                .given("second", second);
            continue;
        }
        let id = image(&world, name).await;
        stage = stage.given(name, id.hyphenated());
    }
    stage.keep(world)
}

/// An image with copies in two stores, and the name of the second.
async fn twice(world: &World) -> (gaze_domain::ImageId, String) {
    let second = store(world, "second").await;
    let bytes = vec![0; 64 << 10];
    let new = NewImage {
        format: Some(DiskFormat::Raw),
        architecture: Some(Architecture::X86_64),
        ..NewImage::named("twice")
    };
    let caller = &world.tenant.caller;
    let id = world.app.create_image(caller, new).await.unwrap().id;
    let upload = Upload {
        declared_len: Some(bytes.len() as u64),
        stores: StoreChoice::Named(vec![world.store.id, second.id]),
        body: Box::pin(futures_util::stream::iter([Ok(bytes.into())])),
    };
    world.app.upload_image(caller, id, upload).await.unwrap();
    (id, second.name)
}

async fn image(world: &World, name: &str) -> gaze_domain::ImageId {
    let new = NewImage::named(name);
    match name {
        "mine" => world.image_of(&world.tenant, new).await.id,
        "theirs" => world.image_of(&world.stranger, new).await.id,
        "public" => {
            let visibility = Visibility::Public;
            let new = NewImage { visibility, ..new };
            world.image_of(&world.admin, new).await.id
        }
        "offered" => {
            let made = world.image_of(&world.stranger, new).await;
            let (owner, with) = (&world.stranger.caller, world.tenant.project.id);
            let shared = world
                .app
                .add_member(owner, made.id, with, MemberState::Pending);
            shared.await.unwrap();
            made.id
        }
        "queued" => {
            let format = Some(DiskFormat::Raw);
            let visibility = Visibility::Shared;
            let new = NewImage {
                format,
                visibility,
                ..new
            };
            let made = world.app.create_image(&world.tenant.caller, new);
            made.await.unwrap().id
        }
        "bare" => {
            let made = world.app.create_image(&world.tenant.caller, new);
            made.await.unwrap().id
        }
        other => panic!("no image is called {other}"),
    }
}

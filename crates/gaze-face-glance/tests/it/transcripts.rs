//! The golden transcripts.

use std::path::Path;

use gaze_app::NewImage;
use gaze_domain::{DiskFormat, MemberState, Visibility};
use gaze_testkit::World;
use gaze_testkit::transcript::{Givens, Stage, run_dir};

use crate::stage::router;

#[tokio::test]
async fn the_transcripts_are_true() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    run_dir(&folder, stage).await.unwrap();
}

/// Two tenants and what the transcript asks for by name: images `mine`, `public`, `theirs`,
/// `offered` (shared with the tenant, who has not decided) and `queued`.
async fn stage(givens: &Givens) -> Stage {
    let world = World::new().await;
    let mut stage = Stage::new(router(&world));
    for (name, value) in world.given() {
        stage = stage.given(&name, value);
    }
    stage = stage.given("nobody", "00000000-0000-4000-8000-000000000000");
    for name in &givens.names {
        let id = image(&world, name).await;
        stage = stage.given(name, id.hyphenated());
    }
    stage.keep(world)
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
        other => panic!("no image is called {other}"),
    }
}

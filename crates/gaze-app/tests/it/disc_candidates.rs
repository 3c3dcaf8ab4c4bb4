//! The discs that a machine can take, and the stores that an image of a volume can go to.

use gaze_app::{CaptureSource, NewImage};
use gaze_domain::{Architecture, Caller, Media, StoreState, Visibility};
use gaze_testkit::World;

use crate::harness::{assert_refused, store, worlds};

fn disc(name: &str) -> NewImage {
    NewImage {
        media: Media::Iso,
        architecture: Some(Architecture::X86_64),
        ..NewImage::named(name)
    }
}

async fn discs(world: &World, caller: &Caller) -> Vec<String> {
    let found = world.app.disc_candidates(caller, world.machine.id).await;
    let names = found.unwrap().into_iter().map(|disc| disc.name.clone());
    names.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_machine_takes_discs_that_fit_and_that_its_owner_may_use() {
    for world in worlds().await {
        let (tenant, admin) = (&world.tenant, &world.admin);
        world.image_of(tenant, disc("own")).await;
        let public = NewImage {
            visibility: Visibility::Public,
            ..disc("public")
        };
        let public = world.image_of(admin, public).await;
        world.image_of(admin, disc("somebody's")).await;
        let foreign = NewImage {
            architecture: Some(Architecture::Aarch64),
            ..disc("foreign")
        };
        world.image_of(tenant, foreign).await;
        let root = NewImage {
            media: Media::RootDisk,
            ..disc("root")
        };
        world.image_of(tenant, root).await;
        assert_eq!(discs(&world, &tenant.caller).await, ["public", "own"]);
        let all = ["somebody's", "public", "own"];
        assert_eq!(discs(&world, &admin.caller).await, all);
        let stranger = &world.stranger.caller;
        let refused = world.app.disc_candidates(stranger, world.machine.id).await;
        assert_refused(refused, "NotFound");
        world
            .app
            .change_image_state(&admin.caller, public.id, false)
            .await
            .unwrap();
        assert_eq!(discs(&world, &tenant.caller).await, ["own"]);
        let (app, id) = (&world.app, world.store.id);
        app.change_store_state(&admin.caller, id, StoreState::Disabled)
            .await
            .unwrap();
        assert!(discs(&world, &tenant.caller).await.is_empty());
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_of_a_volume_goes_to_stores_of_its_zone_that_can_be_used() {
    for world in worlds().await {
        let (app, admin, tenant) = (&world.app, &world.admin.caller, &world.tenant.caller);
        let second = store(&world, "second", 1 << 20).await;
        let root = CaptureSource::Volume(world.root.id);
        let names = async || {
            let found = app.store_candidates(tenant, root).await.unwrap();
            let ids: Vec<_> = found.into_iter().map(|store| store.id).collect();
            ids
        };
        assert_eq!(names().await, [world.store.id, second.id]);
        app.change_store_state(admin, world.store.id, StoreState::Disabled)
            .await
            .unwrap();
        assert_eq!(names().await, [second.id]);
        app.detach_store(admin, second.id, world.zone.id)
            .await
            .unwrap();
        assert!(names().await.is_empty());
        let stranger = &world.stranger.caller;
        let refused = app.store_candidates(stranger, root).await;
        assert_refused(refused, "NotFound");
        world.stop().await;
    }
}

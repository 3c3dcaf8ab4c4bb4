//! Who sees, uses and changes which image: lists, members, candidates.

use std::collections::BTreeSet;

use gaze_app::{DeleteMode, ImagePatch, NewImage, StoreChoice};
use gaze_domain::list::{ImageList, Scope};
use gaze_domain::{Architecture, Caller, ImageId, Media, MemberState, StoreState, Visibility};
use gaze_testkit::World;

use crate::accounts::check;
use crate::harness::{announced, assert_refused, named, noise, queued, store, worlds};

async fn of(world: &World, visibility: Visibility, name: &str) -> ImageId {
    let owner = match visibility {
        Visibility::Public => &world.admin,
        Visibility::Private | Visibility::Shared | Visibility::Community => &world.tenant,
    };
    let new = NewImage {
        visibility,
        ..NewImage::named(name)
    };
    world.image_of(owner, new).await.id
}

async fn listed(world: &World, caller: &Caller, shared: &[MemberState]) -> BTreeSet<String> {
    let scope = Scope::Visible {
        project: caller.project,
        shared: shared.to_vec(),
    };
    let list = ImageList::new(scope, 100);
    let count = world.app.count_images(caller, list.clone()).await.unwrap();
    let images = world.app.list_images(caller, list).await.unwrap();
    assert_eq!(count, images.len() as u64);
    images.iter().map(|image| image.name.clone()).collect()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_holds_what_its_caller_may_see() {
    use MemberState::{Accepted, Pending, Rejected};
    for world in worlds().await {
        let (app, tenant, stranger) = (&world.app, &world.tenant.caller, &world.stranger.caller);
        of(&world, Visibility::Private, "private").await;
        of(&world, Visibility::Public, "public").await;
        for (name, state) in [
            ("pending", Pending),
            ("accepted", Accepted),
            ("rejected", Rejected),
        ] {
            let id = of(&world, Visibility::Shared, name).await;
            app.add_member(tenant, id, stranger.project, state)
                .await
                .unwrap();
        }
        of(&world, Visibility::Shared, "unshared").await;
        let deleted = of(&world, Visibility::Public, "deleted").await;
        app.delete_image(&world.admin.caller, deleted, DeleteMode::Delay)
            .await
            .unwrap();
        let own = [
            "private", "public", "pending", "accepted", "rejected", "unshared",
        ];
        let seen = listed(&world, tenant, &[Accepted]).await;
        assert_eq!(&seen - &names(&["deleted"]), names(&own));
        for (shared, expected) in [
            (&[][..], &["public"][..]),
            (&[Accepted], &["public", "accepted"]),
            (&[Pending], &["public", "pending"]),
            (
                &[Pending, Accepted, Rejected],
                &["public", "accepted", "pending", "rejected"],
            ),
        ] {
            let seen = listed(&world, stranger, shared).await;
            assert_eq!(&seen - &names(&["deleted"]), names(expected), "{shared:?}");
        }
        // Whatever is asked for, no more than that comes.
        for scope in [
            Scope::All,
            Scope::Owned(tenant.project),
            Scope::Visible {
                project: tenant.project,
                shared: vec![Accepted],
            },
        ] {
            let list = ImageList::new(scope, 100);
            let images = app.list_images(stranger, list.clone()).await.unwrap();
            assert!(
                images
                    .iter()
                    .all(|image| image.name != "private" && image.name != "unshared")
            );
            assert_eq!(
                app.count_images(stranger, list).await.unwrap(),
                images.len() as u64
            );
        }
        let everything = ImageList::new(Scope::All, 100);
        let all = app
            .list_images(&world.admin.caller, everything)
            .await
            .unwrap();
        assert_eq!(all.len(), 7);
        let none = ImageList::new(Scope::All, 0);
        assert!(app.list_images(tenant, none).await.unwrap().is_empty());
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_does_not_start_after_an_image_that_is_not_seen() {
    let world = World::new().await;
    let hidden = of(&world, Visibility::Private, "private").await;
    let list = ImageList {
        start: gaze_domain::list::Start::After(hidden),
        ..ImageList::new(Scope::All, 10)
    };
    assert_refused(
        world.app.list_images(&world.stranger.caller, list).await,
        "NotFound",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_seen_does_not_exist_and_what_is_seen_is_not_theirs() {
    for world in worlds().await {
        let (app, stranger) = (&world.app, &world.stranger.caller);
        let private = of(&world, Visibility::Private, "private").await;
        let public = of(&world, Visibility::Public, "public").await;
        for (id, refusal) in [(private, "NotFound"), (public, "Forbidden")] {
            let patch = ImagePatch::default();
            assert_refused(app.update_image(stranger, id, patch).await, refusal);
            assert_refused(app.change_image_state(stranger, id, false).await, refusal);
            assert_refused(
                app.delete_image(stranger, id, DeleteMode::Now).await,
                refusal,
            );
            assert_refused(app.recover_image(stranger, id).await, refusal);
            assert_refused(app.purge_image(stranger, id).await, refusal);
            let upload = announced(&noise(10));
            assert_refused(app.upload_image(stranger, id, upload).await, refusal);
            let state = MemberState::Accepted;
            let project = stranger.project;
            assert_refused(app.add_member(stranger, id, project, state).await, refusal);
        }
        assert_refused(app.get_image(stranger, private).await, "NotFound");
        assert_refused(app.read_image(stranger, private, None).await, "NotFound");
        assert_refused(app.list_members(stranger, private).await, "NotFound");
        app.read_image(stranger, public, None).await.unwrap();
        app.change_image_state(&world.admin.caller, public, false)
            .await
            .unwrap();
        assert_refused(app.read_image(stranger, public, None).await, "Forbidden");
        // Only an administrator publishes.
        let publish = ImagePatch {
            visibility: Some(Visibility::Public),
            ..ImagePatch::default()
        };
        let tried = app
            .update_image(&world.tenant.caller, private, publish.clone())
            .await;
        assert_refused(tried, "Forbidden");
        app.update_image(&world.admin.caller, private, publish)
            .await
            .unwrap();
        app.get_image(stranger, private).await.unwrap();
        assert_refused(
            app.get_instance(stranger, world.machine.id).await,
            "NotFound",
        );
        assert_refused(app.get_volume(stranger, world.root.id).await, "NotFound");
        assert_refused(app.candidates(stranger, world.machine.id).await, "NotFound");
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_looks_decides_and_leaves() {
    use MemberState::{Accepted, Pending, Rejected};
    for world in worlds().await {
        let (app, tenant, stranger) = (&world.app, &world.tenant.caller, &world.stranger.caller);
        let (owner, member) = (tenant.project, stranger.project);
        let id = of(&world, Visibility::Private, "one").await;
        assert_refused(app.add_member(tenant, id, owner, Pending).await, "Invalid");
        let nobody = gaze_domain::ProjectId::new(app.new_uuid());
        assert_refused(
            app.add_member(tenant, id, nobody, Pending).await,
            "NotFound",
        );
        app.add_member(tenant, id, member, Pending).await.unwrap();
        assert_refused(
            app.add_member(tenant, id, member, Pending).await,
            "AlreadyExists",
        );
        let shared = app.get_image(stranger, id).await.unwrap();
        assert_eq!(shared.visibility, Visibility::Shared);
        assert_refused(app.read_image(stranger, id, None).await, "Forbidden");
        // The owner does not decide for the member, nor the member about others.
        assert_refused(
            app.set_member_state(tenant, id, member, Accepted).await,
            "Forbidden",
        );
        let reader = Caller {
            role: gaze_domain::Role::Reader,
            ..stranger.clone()
        };
        assert_refused(
            app.set_member_state(&reader, id, member, Accepted).await,
            "Forbidden",
        );
        assert_refused(app.remove_member(&reader, id, member).await, "Forbidden");
        app.set_member_state(stranger, id, member, Accepted)
            .await
            .unwrap();
        app.read_image(stranger, id, None).await.unwrap();
        app.set_member_state(stranger, id, member, Rejected)
            .await
            .unwrap();
        assert_refused(app.read_image(stranger, id, None).await, "Forbidden");
        let admin = world.admin.project.id;
        app.add_member(tenant, id, admin, Pending).await.unwrap();
        assert_eq!(app.list_members(tenant, id).await.unwrap().len(), 2);
        let seen = app.list_members(stranger, id).await.unwrap();
        assert_eq!(
            seen.iter().map(|one| one.project).collect::<Vec<_>>(),
            [member]
        );
        assert_refused(app.remove_member(stranger, id, admin).await, "Forbidden");
        app.remove_member(stranger, id, member).await.unwrap();
        assert_refused(app.get_image(stranger, id).await, "NotFound");
        app.remove_member(tenant, id, admin).await.unwrap();
        assert_refused(app.remove_member(tenant, id, admin).await, "NotFound");
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn candidates_are_what_the_machine_can_change_to() {
    for world in worlds().await {
        let (app, tenant, admin) = (&world.app, &world.tenant.caller, &world.admin.caller);
        let candidates = async |caller: &Caller| -> Vec<String> {
            let found = app.candidates(caller, world.machine.id).await.unwrap();
            found.iter().map(|image| image.name.clone()).collect()
        };
        let make = async |owner, change: &dyn Fn(&mut NewImage)| {
            let mut new = NewImage::named("x");
            change(&mut new);
            world.image_of(owner, new).await.id
        };
        let old = make(&world.tenant, &|new| new.name = "old".into()).await;
        let fits = make(&world.tenant, &|new| new.name = "fits".into()).await;
        make(&world.tenant, &|new| new.media = Media::Iso).await;
        make(&world.tenant, &|new| new.media = Media::DataDisk).await;
        make(&world.tenant, &|new| new.system = true).await;
        make(&world.tenant, &|new| {
            new.architecture = Some(Architecture::Aarch64);
        })
        .await;
        make(&world.stranger, &|new| new.name = "foreign".into()).await;
        make(&world.admin, &|new| {
            new.name = "public".into();
            new.visibility = Visibility::Public;
        })
        .await;
        let shared = make(&world.stranger, &|new| {
            new.name = "shared".into();
            new.visibility = Visibility::Shared;
        })
        .await;
        queued(&world, None).await;
        let gone = make(&world.tenant, &|_| {}).await;
        app.delete_image(tenant, gone, DeleteMode::Delay)
            .await
            .unwrap();
        assert_eq!(candidates(tenant).await, ["public", "fits", "old"]);
        assert_eq!(
            candidates(admin).await,
            ["shared", "public", "foreign", "fits", "old"]
        );
        let stranger = &world.stranger.caller;
        app.add_member(stranger, shared, tenant.project, MemberState::Pending)
            .await
            .unwrap();
        assert_eq!(candidates(tenant).await, ["public", "fits", "old"]);
        let state = MemberState::Accepted;
        app.set_member_state(tenant, shared, tenant.project, state)
            .await
            .unwrap();
        assert_eq!(
            candidates(tenant).await,
            ["shared", "public", "fits", "old"]
        );
        app.change_image_state(tenant, old, false).await.unwrap();
        assert_eq!(candidates(tenant).await, ["shared", "public", "fits"]);
        app.change_image_state(tenant, old, true).await.unwrap();
        // A store that serves another zone or none does not count; one that does is enough.
        let id = world.store.id;
        app.detach_store(admin, id, world.zone.id).await.unwrap();
        assert!(candidates(tenant).await.is_empty());
        app.attach_store(admin, id, world.zone.id).await.unwrap();
        app.change_store_state(admin, id, StoreState::Disabled)
            .await
            .unwrap();
        assert!(candidates(tenant).await.is_empty());
        let second = store(&world, "second", 1 << 30).await;
        let image = queued(&world, None).await.id;
        let patch = ImagePatch {
            architecture: Some(Some(Architecture::X86_64)),
            ..ImagePatch::default()
        };
        app.update_image(tenant, image, patch).await.unwrap();
        let upload = gaze_app::Upload {
            stores: named(&[&second]),
            ..announced(&noise(100))
        };
        app.upload_image(tenant, image, upload).await.unwrap();
        assert_eq!(candidates(tenant).await, ["queued"]);
        let upload = gaze_app::Upload {
            stores: named(&[&world.store]),
            ..announced(&noise(100))
        };
        let other = queued(&world, None).await.id;
        assert_refused(app.upload_image(tenant, other, upload).await, "Unreachable");
        app.change_store_state(admin, id, StoreState::Enabled)
            .await
            .unwrap();
        assert_eq!(candidates(tenant).await.len(), 5);
        app.get_image(tenant, fits).await.unwrap();
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_is_chosen_where_there_is_most_room() {
    for world in worlds().await {
        let (app, admin, tenant) = (&world.app, &world.admin.caller, &world.tenant.caller);
        app.change_store_state(admin, world.store.id, StoreState::Disabled)
            .await
            .unwrap();
        let id = queued(&world, None).await.id;
        assert_refused(
            app.upload_image(tenant, id, announced(&noise(10))).await,
            "NoStore",
        );
        let small = store(&world, "small", 1_000_000).await;
        let large = store(&world, "large", 2_000_000).await;
        // 2,000,000 and 1,000,000 are free; then 800,000 and 1,000,000.
        for expected in [&large, &small] {
            let id = queued(&world, None).await.id;
            let image = app
                .upload_image(tenant, id, announced(&noise(600_000)))
                .await
                .unwrap();
            assert_eq!(image.locations[0].store, expected.id);
            if expected.id == large.id {
                let id = queued(&world, None).await.id;
                let image = app
                    .upload_image(tenant, id, announced(&noise(600_000)))
                    .await
                    .unwrap();
                assert_eq!(image.locations[0].store, large.id);
            }
        }
        let none = gaze_app::Upload {
            stores: StoreChoice::Named(Vec::new()),
            ..announced(&noise(10))
        };
        assert_refused(app.upload_image(tenant, id, none).await, "Invalid");
        let unknown = gaze_app::Upload {
            stores: StoreChoice::Named(vec![gaze_domain::StoreId::new(app.new_uuid())]),
            ..announced(&noise(10))
        };
        assert_refused(app.upload_image(tenant, id, unknown).await, "NotFound");
        assert_refused(
            app.upload_image(tenant, id, announced(&noise(2_000_000)))
                .await,
            "NoStore",
        );
        check(&world).await;
    }
}

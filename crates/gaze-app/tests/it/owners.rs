//! What belongs to whom, and things that are given to another project.

use std::convert::Infallible;

use gaze_app::{ADMIN_PROJECT, NewImage};
use gaze_domain::{Caller, Error, Image, ImageId, Noun, ProjectId, Quota, Result};
use gaze_testkit::World;

use crate::accounts::check;
use crate::harness::{assert_refused, worlds};

async fn used(world: &World, project: ProjectId) -> (u64, u64) {
    let project = world.app.get_project(&world.admin.caller, project).await;
    let project = project.unwrap();
    (project.image_count, project.image_bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_given_with_what_it_uses_up() {
    for world in worlds().await {
        let (app, admin, tenant) = (&world.app, &world.admin.caller, &world.tenant.caller);
        let stranger = &world.stranger.caller;
        let image = world.image("given").await;
        let accepted = gaze_domain::MemberState::Accepted;
        app.add_member(tenant, image.id, stranger.project, accepted)
            .await
            .unwrap();
        let thing = image.id.uuid();
        assert_refused(
            app.change_owner(tenant, thing, stranger.project).await,
            "Forbidden",
        );
        let nobody = ProjectId::new(app.new_uuid());
        assert_refused(app.change_owner(admin, thing, nobody).await, "NotFound");
        let nothing = app.new_uuid();
        assert_refused(
            app.change_owner(admin, nothing, stranger.project).await,
            "NotFound",
        );
        let before = used(&world, tenant.project).await;
        let owned = app
            .change_owner(admin, thing, stranger.project)
            .await
            .unwrap();
        assert_eq!(
            (owned.noun, owned.id, owned.owner),
            (Noun::Image, image.id.hex(), stranger.project)
        );
        assert_eq!(used(&world, tenant.project).await, (0, 0));
        assert_eq!(used(&world, stranger.project).await, before);
        assert!(
            app.list_members(stranger, image.id)
                .await
                .unwrap()
                .is_empty()
        );
        assert_refused(app.get_image(tenant, image.id).await, "NotFound");
        check(&world).await;
        // To whom it belongs already, it is given again.
        app.change_owner(admin, thing, stranger.project)
            .await
            .unwrap();
        app.change_owner(admin, thing, ADMIN_PROJECT).await.unwrap();
        assert_eq!(used(&world, ADMIN_PROJECT).await, before);
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_not_given_beyond_a_quota() {
    for world in worlds().await {
        let (app, admin) = (&world.app, &world.admin.caller);
        let image = world.image("large").await;
        let to = world.stranger.project.id;
        for (quota, limit) in [(Quota::ImageCount, 0), (Quota::ImageBytes, 1)] {
            app.limit_project(admin, to, quota, Some(limit))
                .await
                .unwrap();
            let refused = app.change_owner(admin, image.id.uuid(), to).await;
            let error = assert_refused(refused, "QuotaExceeded");
            assert!(
                matches!(error, Error::QuotaExceeded { project, quota: told, .. }
                    if project == to && told == quota),
                "{error:?}"
            );
            app.limit_project(admin, to, quota, None).await.unwrap();
        }
        let kept = app.get_image(admin, image.id).await.unwrap();
        assert_eq!(kept.owner, world.tenant.project.id);
        check(&world).await;
    }
}

/// Gives an image away with an edit, as OpenStack's patches do.
async fn edit(world: &World, by: &Caller, id: ImageId, to: ProjectId) -> Result<Image> {
    let edit = move |image: &mut Image| -> Result<(), Infallible> {
        image.owner = to;
        image.name = "given".into();
        Ok(())
    };
    let edited = world
        .app
        .edit_and_give_image(by, id, Some(to), edit)
        .await?;
    match edited {
        Ok(image) => Ok(image),
        Err(never) => match never {},
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_makes_an_image_for_another_project() {
    for world in worlds().await {
        let (app, admin, tenant) = (&world.app, &world.admin.caller, &world.tenant.caller);
        let of = |owner: ProjectId| NewImage {
            owner: Some(owner),
            ..NewImage::named("ordered")
        };
        let own = app.create_image(tenant, of(tenant.project)).await.unwrap();
        assert_eq!(own.owner, tenant.project);
        let foreign = app.create_image(tenant, of(world.stranger.project.id));
        assert_refused(foreign.await, "Forbidden");
        let before = used(&world, ADMIN_PROJECT).await;
        let made = app.create_image(admin, of(tenant.project)).await.unwrap();
        assert_eq!(made.owner, tenant.project);
        assert_eq!(used(&world, tenant.project).await, (2, 0));
        assert_eq!(used(&world, ADMIN_PROJECT).await, before);
        app.get_image(tenant, made.id).await.unwrap();
        let stranger = &world.stranger.caller;
        assert_refused(app.get_image(stranger, made.id).await, "NotFound");
        app.limit_project(admin, tenant.project, Quota::ImageCount, Some(2))
            .await
            .unwrap();
        let beyond = app.create_image(admin, of(tenant.project)).await;
        assert_refused(beyond, "QuotaExceeded");
        // A project of which nobody has heard is made, and pays.
        let unheard = ProjectId::new(app.new_uuid());
        app.create_image(admin, of(unheard)).await.unwrap();
        let second = app.create_image(admin, of(unheard)).await.unwrap();
        assert_eq!(used(&world, unheard).await, (2, 0));
        assert_eq!(
            app.get_project(admin, unheard).await.unwrap().name,
            unheard.hex()
        );
        let unheard_too = ProjectId::new(app.new_uuid());
        edit(&world, admin, second.id, unheard_too).await.unwrap();
        assert_eq!(used(&world, unheard).await, (1, 0));
        assert_eq!(used(&world, unheard_too).await, (1, 0));
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_given_with_an_edit_whole_or_not_at_all() {
    for world in worlds().await {
        let (app, admin, tenant) = (&world.app, &world.admin.caller, &world.tenant.caller);
        let stranger = &world.stranger.caller;
        let image = world.image("before").await;
        let accepted = gaze_domain::MemberState::Accepted;
        app.add_member(tenant, image.id, stranger.project, accepted)
            .await
            .unwrap();
        let to = stranger.project;
        let foreign = edit(&world, tenant, image.id, to).await;
        assert_refused(foreign, "Forbidden");
        app.limit_project(admin, to, Quota::ImageBytes, Some(1))
            .await
            .unwrap();
        let refused = edit(&world, admin, image.id, to).await;
        assert_refused(refused, "QuotaExceeded");
        let kept = app.get_image(admin, image.id).await.unwrap();
        assert_eq!((kept.name.as_str(), kept.owner), ("before", tenant.project));
        app.limit_project(admin, to, Quota::ImageBytes, None)
            .await
            .unwrap();
        let before = used(&world, tenant.project).await;
        let given = edit(&world, admin, image.id, to).await.unwrap();
        assert_eq!((given.name.as_str(), given.owner), ("given", to));
        assert_eq!(app.get_image(stranger, image.id).await.unwrap(), given);
        assert_eq!(used(&world, tenant.project).await, (0, 0));
        assert_eq!(used(&world, to).await, before);
        assert!(app.list_members(admin, image.id).await.unwrap().is_empty());
        assert_refused(app.get_image(tenant, image.id).await, "NotFound");
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_is_given_with_its_disks() {
    for world in worlds().await {
        let (app, admin) = (&world.app, &world.admin.caller);
        let to = world.stranger.project.id;
        let refused = app.change_owner(admin, world.root.id.uuid(), to).await;
        assert_refused(refused, "WrongState");
        let machine = world.machine.id.uuid();
        app.change_owner(admin, machine, to).await.unwrap();
        let stranger = &world.stranger.caller;
        let seen = app.get_instance(stranger, world.machine.id).await.unwrap();
        assert_eq!(seen.instance.owner, to);
        assert_eq!(
            app.get_volume(stranger, world.root.id).await.unwrap().owner,
            to
        );
        let tenant = &world.tenant.caller;
        assert_refused(app.get_volume(tenant, world.root.id).await, "NotFound");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_lists_what_is_theirs() {
    for world in worlds().await {
        let (app, admin, tenant) = (&world.app, &world.admin.caller, &world.tenant.caller);
        let image = world.image("mine").await;
        let public = world
            .image_of(&world.admin, NewImage::named("theirs"))
            .await;
        let all = app.list_owned(admin, None).await.unwrap();
        assert_eq!(all.len(), 4, "{all:?}");
        let own = app.list_owned(tenant, Some(ADMIN_PROJECT)).await.unwrap();
        let nouns: Vec<Noun> = own.iter().map(|owned| owned.noun).collect();
        assert_eq!(nouns.len(), 3, "{own:?}");
        for noun in [Noun::Image, Noun::Instance, Noun::Volume] {
            assert!(nouns.contains(&noun), "{own:?}");
        }
        let theirs = app.list_owned(admin, Some(ADMIN_PROJECT)).await.unwrap();
        assert_eq!(theirs.len(), 1);
        let ids = [image.id.uuid(), public.id.uuid(), world.machine.id.uuid()];
        assert_eq!(app.owned_among(admin, &ids).await.unwrap().len(), 3);
        assert_eq!(app.owned_among(tenant, &ids).await.unwrap().len(), 2);
        let stranger = &world.stranger.caller;
        assert!(app.owned_among(stranger, &ids).await.unwrap().is_empty());
        assert!(app.list_owned(stranger, None).await.unwrap().is_empty());
    }
}

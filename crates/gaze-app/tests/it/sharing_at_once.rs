//! Sharing that needs no acceptance.

use gaze_app::{Audience, Withdrawal};
use gaze_domain::list::{ImageList, Scope};
use gaze_domain::{Caller, ImageId, MemberState, ProjectId, Visibility};
use gaze_testkit::World;

use crate::accounts::check;
use crate::harness::{assert_refused, worlds};

async fn sees(world: &World, caller: &Caller, id: ImageId) -> bool {
    let scope = Scope::Visible {
        project: caller.project,
        shared: vec![MemberState::Accepted],
    };
    let list = ImageList::new(scope, 100);
    let images = world.app.list_images(caller, list).await.unwrap();
    images.iter().any(|image| image.id == id)
}

fn with(project: ProjectId) -> Audience {
    Audience::Projects(vec![project])
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shared_is_seen_at_once_until_it_is_withdrawn() {
    for world in worlds().await {
        let (app, tenant, stranger) = (&world.app, &world.tenant.caller, &world.stranger.caller);
        let ids = [world.image("one").await.id, world.image("two").await.id];
        app.share_images(tenant, &ids, with(stranger.project))
            .await
            .unwrap();
        app.share_images(tenant, &ids, with(stranger.project))
            .await
            .unwrap();
        for id in ids {
            assert!(sees(&world, stranger, id).await);
            let image = app.get_image(stranger, id).await.unwrap();
            assert_eq!(image.visibility, Visibility::Shared);
        }
        let shares = app.list_shares(stranger).await.unwrap();
        assert_eq!(shares.len(), 2);
        assert_eq!(app.list_shares(tenant).await.unwrap(), shares);
        assert_eq!(app.list_shares(&world.admin.caller).await.unwrap(), shares);
        let from = Withdrawal::From(vec![stranger.project]);
        app.unshare_images(tenant, &ids[..1], from.clone())
            .await
            .unwrap();
        app.unshare_images(tenant, &ids[..1], from).await.unwrap();
        assert!(!sees(&world, stranger, ids[0]).await);
        assert!(sees(&world, stranger, ids[1]).await);
        app.unshare_images(tenant, &ids, Withdrawal::Whole)
            .await
            .unwrap();
        assert!(!sees(&world, stranger, ids[1]).await);
        assert!(app.list_shares(tenant).await.unwrap().is_empty());
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_one_s_own_images_are_shared_all_or_none() {
    for world in worlds().await {
        let (app, tenant, stranger) = (&world.app, &world.tenant.caller, &world.stranger.caller);
        let own = world.image("own").await.id;
        let admin_s = world.admin.caller.project;
        let both = [own, ImageId::new(app.new_uuid())];
        assert_refused(
            app.share_images(tenant, &both, with(stranger.project))
                .await,
            "NotFound",
        );
        assert_refused(
            app.share_images(stranger, &[own], with(admin_s)).await,
            "NotFound",
        );
        app.share_images(tenant, &[own], with(stranger.project))
            .await
            .unwrap();
        assert_refused(
            app.share_images(stranger, &[own], with(admin_s)).await,
            "Forbidden",
        );
        assert_refused(
            app.unshare_images(stranger, &[own], Withdrawal::Whole)
                .await,
            "Forbidden",
        );
        let nobody = ProjectId::new(app.new_uuid());
        let some = Audience::Projects(vec![admin_s, nobody]);
        assert_refused(app.share_images(tenant, &[own], some).await, "NotFound");
        assert_eq!(app.list_members(tenant, own).await.unwrap().len(), 1);
        let many: Vec<ImageId> = (0..1001).map(|_| ImageId::new(app.new_uuid())).collect();
        assert_refused(
            app.share_images(tenant, &many, with(admin_s)).await,
            "Invalid",
        );
        let many = Audience::Projects(
            (0..10_001)
                .map(|_| ProjectId::new(app.new_uuid()))
                .collect(),
        );
        assert_refused(app.share_images(tenant, &[own], many).await, "Invalid");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_administrator_shares_with_everybody() {
    for world in worlds().await {
        let (app, tenant, stranger) = (&world.app, &world.tenant.caller, &world.stranger.caller);
        let admin = &world.admin.caller;
        let id = world.image("published").await.id;
        assert_refused(
            app.share_images(tenant, &[id], Audience::Everybody).await,
            "Forbidden",
        );
        app.share_images(admin, &[id], Audience::Everybody)
            .await
            .unwrap();
        assert!(sees(&world, stranger, id).await);
        // Of others' public images nothing is told but that they are there.
        assert_eq!(app.list_shares(tenant).await.unwrap().len(), 1);
        assert!(app.list_shares(stranger).await.unwrap().is_empty());
        app.share_images(tenant, &[id], with(stranger.project))
            .await
            .unwrap();
        app.unshare_images(tenant, &[id], Withdrawal::FromEverybody)
            .await
            .unwrap();
        let image = app.get_image(stranger, id).await.unwrap();
        assert_eq!(image.visibility, Visibility::Shared);
        app.share_images(admin, &[id], Audience::Everybody)
            .await
            .unwrap();
        app.unshare_images(tenant, &[id], Withdrawal::Whole)
            .await
            .unwrap();
        let image = app.get_image(tenant, id).await.unwrap();
        assert_eq!(image.visibility, Visibility::Private);
        assert!(!sees(&world, stranger, id).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_is_let_in_and_who_has_rejected_is_not_asked_again() {
    for world in worlds().await {
        let (app, tenant, stranger) = (&world.app, &world.tenant.caller, &world.stranger.caller);
        for (state, after) in [
            (MemberState::Pending, MemberState::Accepted),
            (MemberState::Accepted, MemberState::Accepted),
            (MemberState::Rejected, MemberState::Rejected),
        ] {
            let id = world.image(state.as_str()).await.id;
            app.add_member(tenant, id, stranger.project, state)
                .await
                .unwrap();
            app.share_images(tenant, &[id], with(stranger.project))
                .await
                .unwrap();
            let members = app.list_members(tenant, id).await.unwrap();
            assert_eq!(members[0].state, after);
        }
        check(&world).await;
    }
}

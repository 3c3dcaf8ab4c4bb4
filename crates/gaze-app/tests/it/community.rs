//! Images of the community: everybody's to use, and in nobody's way.

use gaze_app::{DeleteMode, ImagePatch, NewImage};
use gaze_domain::list::{ImageList, Scope};
use gaze_domain::{MemberState, Visibility};

use crate::harness::{assert_refused, worlds};

#[tokio::test(flavor = "multi_thread")]
async fn a_community_image_is_listed_for_those_who_ask_for_such() {
    for world in worlds().await {
        let (app, tenant, stranger) = (&world.app, &world.tenant.caller, &world.stranger.caller);
        let new = NewImage {
            visibility: Visibility::Community,
            ..NewImage::named("community")
        };
        let image = world.image_of(&world.tenant, new).await.id;
        world.image("private").await;
        for (caller, expected) in [(stranger, 0), (tenant, 2)] {
            let scope = Scope::Visible {
                project: caller.project,
                shared: vec![],
            };
            let listed = app.list_images(caller, ImageList::new(scope, 100)).await;
            assert_eq!(listed.unwrap().len(), expected);
        }
        let usable = Scope::Usable {
            project: stranger.project,
            shared: vec![],
        };
        for scope in [Scope::Community, usable] {
            let list = ImageList::new(scope, 100);
            let count = app.count_images(stranger, list.clone()).await.unwrap();
            let images = app.list_images(stranger, list).await.unwrap();
            assert_eq!((count, images.len()), (1, 1));
            assert_eq!(images[0].id, image);
        }
        app.read_image(stranger, image, None).await.unwrap();
        let name = ImagePatch {
            name: Some("mine".into()),
            ..ImagePatch::default()
        };
        assert_refused(app.update_image(stranger, image, name).await, "Forbidden");
        let add = app.add_member(tenant, image, stranger.project, MemberState::Pending);
        assert_refused(add.await, "WrongState");
        app.delete_image(tenant, image, DeleteMode::Delay)
            .await
            .unwrap();
        assert_refused(app.get_image(stranger, image).await, "NotFound");
    }
}

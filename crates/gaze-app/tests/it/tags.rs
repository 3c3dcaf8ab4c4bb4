//! Tags as things of their own.

use futures_util::future::join_all;
use gaze_app::{NewTags, TagText};
use gaze_domain::tag::{TagCondition, TagField, TagList, TagScope};
use gaze_domain::{Error, Firmware, ImageId, Noun, Role};
use gaze_sql::testing::databases;
use gaze_testkit::World;

fn on_image(image: ImageId, tags: Vec<TagText>) -> NewTags {
    NewTags {
        noun: Noun::Image,
        subject: image.uuid(),
        tags,
    }
}

/// Of those who give an image the same tag at once, one does.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_those_who_tag_at_once_one_succeeds() {
    for database in databases().await {
        let world = World::on(database).await;
        let image = world.image("tagged").await.id;
        let tries = (0..8).map(|_| {
            let new = on_image(image, vec![TagText::user("team")]);
            world.app.create_tags(&world.tenant.caller, new)
        });
        let mut made = 0;
        for one in join_all(tries).await {
            match one {
                Ok(_) => made += 1,
                Err(Error::AlreadyExists { noun, id }) => {
                    assert_eq!((noun, id.as_str()), (Noun::Tag, "team"));
                }
                Err(other) => unreachable!("{other}"),
            }
        }
        assert_eq!(made, 1);
        let now = world.app.get_image(&world.tenant.caller, image).await;
        assert_eq!(now.unwrap().tags, ["team".to_owned()].into());
    }
}

/// All of several tags are given or none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_tags_are_given_all_or_none() {
    for database in databases().await {
        let world = World::on(database).await;
        let (app, caller) = (&world.app, &world.tenant.caller);
        let image = world.image("tagged").await.id;
        let some = vec![TagText::user("a"), TagText::firmware(Firmware::Uefi)];
        let given = app
            .create_tags(caller, on_image(image, some))
            .await
            .unwrap();
        assert_eq!(given.iter().flatten().count(), 2);
        for odd in [
            TagText::user("a"),
            TagText::user(""),
            TagText::user("qemuga"),
            TagText::system("nonsense"),
        ] {
            let several = vec![TagText::user("b"), TagText::firmware(Firmware::Bios), odd];
            let refused = app.create_tags(caller, on_image(image, several)).await;
            assert!(refused.is_err());
            let now = app.get_image(caller, image).await.unwrap();
            assert_eq!(now.tags, ["a".to_owned()].into());
            assert_eq!(now.firmware, Some(Firmware::Uefi));
        }
    }
}

/// Whoever may not change an image does not tag it, and whoever does not see it sees no tag.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tag_is_changed_by_who_may_change_what_has_it() {
    for database in databases().await {
        let world = World::on(database).await;
        let app = &world.app;
        let image = world.image("tagged").await.id;
        let new = || on_image(image, vec![TagText::system("packer")]);
        let refused = app.create_tags(&world.stranger.caller, new()).await;
        assert!(matches!(
            refused,
            Err(Error::NotFound {
                noun: Noun::Image,
                ..
            })
        ));
        let mut reader = world.tenant.caller.clone();
        reader.role = Role::Reader;
        let refused = app.create_tags(&reader, new()).await;
        assert!(matches!(refused, Err(Error::Forbidden { .. })));

        let given = app.create_tags(&world.tenant.caller, new()).await.unwrap();
        let tag = given[0].clone().unwrap();
        let to = TagText::system("temporary");
        let refused = app
            .update_tag(&world.stranger.caller, tag.id, to.clone())
            .await;
        assert!(matches!(
            refused,
            Err(Error::NotFound {
                noun: Noun::Tag,
                ..
            })
        ));
        let refused = app.delete_tag(&world.stranger.caller, tag.id.uuid()).await;
        assert!(matches!(
            refused,
            Err(Error::NotFound {
                noun: Noun::Tag,
                ..
            })
        ));
        let refused = app.delete_tag(&reader, tag.id.uuid()).await;
        assert!(matches!(refused, Err(Error::Forbidden { .. })));
        let changed = app.update_tag(&world.admin.caller, tag.id, to).await;
        assert_eq!(changed.unwrap().id, tag.id);

        let list = TagList {
            scope: TagScope::All,
            conditions: vec![TagCondition::Field(
                TagField::Subject,
                gaze_domain::list::Test::Eq(image.into()),
            )],
            sort: None,
            start: 0,
            limit: 10,
        };
        for (caller, expected) in [
            (&world.tenant.caller, 1),
            (&reader, 1),
            (&world.admin.caller, 1),
            (&world.stranger.caller, 0),
        ] {
            let seen = app.list_tags(caller, list.clone()).await.unwrap();
            assert_eq!(seen.len(), expected);
            let counted = app.count_tags(caller, list.clone()).await.unwrap();
            assert_eq!(counted, expected as u64);
        }
    }
}

//! Tags as things of their own.

use std::collections::BTreeMap;

use gaze_catalog::{image, tag, tag_pattern, zone};
use gaze_domain::list::{Direction, Test};
use gaze_domain::tag::{PatternKind, TagCondition, TagField, TagList, TagScope};
use gaze_domain::{
    Error, Firmware, Image, MemberState, Noun, Tag, TagId, TagKind, TagPattern, TagPatternId,
    Visibility,
};
use uuid::Uuid;

use crate::earlier::brought_up_to_date;
use crate::world::{
    World, assert_error, at, bare_image, full_image, member_, project_id, small, write, zone_id,
};

type Said = BTreeMap<(TagKind, String), TagId>;

async fn tags_of(world: &World, image: &Image) -> Said {
    let mut read = world.catalog.read();
    let tags = tag::of_subject(&mut read, image.id.uuid()).await.unwrap();
    tags.into_iter()
        .map(|tag| ((tag.kind, tag.text), tag.id))
        .collect()
}

async fn save(world: &World, before: &Image, after: &Image) {
    let (before, after) = (before.clone(), after.clone());
    write!(world, |tx| image::update(tx, &before, &after)).unwrap();
}

fn said(said: &Said) -> Vec<(TagKind, &str)> {
    said.keys()
        .map(|(kind, text)| (*kind, text.as_str()))
        .collect()
}

fn zone_tag(n: u128, text: &str) -> Tag {
    Tag {
        id: TagId::new(Uuid::from_u128(n)),
        noun: Noun::Zone,
        subject: zone_id(1).uuid(),
        kind: TagKind::User,
        text: text.into(),
        pattern: None,
        created_at: at(i64::try_from(n).unwrap()),
        updated_at: at(i64::try_from(n).unwrap()),
    }
}

fn all(scope: TagScope) -> TagList {
    TagList {
        scope,
        conditions: Vec::new(),
        sort: None,
        start: 0,
        limit: 100,
    }
}

#[tokio::test]
async fn the_tags_of_an_image_follow_what_the_image_says() {
    for world in small().await {
        let mut first = bare_image(1);
        first.tags = ["qemuga", "team"].map(str::to_owned).into();
        first.firmware = Some(Firmware::Bios);
        world.add(&first).await.unwrap();
        let before = tags_of(&world, &first).await;
        let expected = [
            (TagKind::System, "qemuga"),
            (TagKind::User, "team"),
            (TagKind::Firmware, "bios"),
        ];
        assert_eq!(said(&before), expected, "{}", world.name);

        let mut second = first.clone();
        second.tags = ["qemuga", "new"].map(str::to_owned).into();
        second.firmware = Some(Firmware::Uefi);
        save(&world, &first, &second).await;
        let after = tags_of(&world, &second).await;
        let expected = [
            (TagKind::System, "qemuga"),
            (TagKind::User, "new"),
            (TagKind::Firmware, "uefi"),
        ];
        assert_eq!(said(&after), expected);
        // What stays is the same tag, and so is the firmware's, whatever it says.
        let agent = (TagKind::System, "qemuga".to_owned());
        assert_eq!(before[&agent], after[&agent]);
        assert_eq!(
            before[&(TagKind::Firmware, "bios".into())],
            after[&(TagKind::Firmware, "uefi".into())]
        );

        // A tag that got another text keeps its id, also from a tag of its first text.
        let renamed = after[&(TagKind::User, "new".into())];
        write!(world, |tx| tag::set_text(tx, renamed, "newer", at(5))).unwrap();
        let mut third = second.clone();
        third.tags = ["new", "newer"].map(str::to_owned).into();
        third.firmware = None;
        save(&world, &second, &third).await;
        let last = tags_of(&world, &third).await;
        let expected = [(TagKind::User, "new"), (TagKind::User, "newer")];
        assert_eq!(said(&last), expected);
        assert_eq!(last[&(TagKind::User, "newer".into())], renamed);
        assert_ne!(last[&(TagKind::User, "new".into())], renamed);

        write!(world, |tx| image::delete(tx, third.id)).unwrap();
        assert!(tags_of(&world, &third).await.is_empty());
    }
}

#[tokio::test]
async fn a_tag_is_there_once_and_goes_with_what_has_it() {
    for world in small().await {
        let (one, again) = (zone_tag(1, "big"), zone_tag(2, "big"));
        let row = one.clone();
        write!(world, |tx| tag::insert(tx, &row)).unwrap();
        assert_error!(
            write!(world, |tx| tag::insert(tx, &again)),
            Error::AlreadyExists {
                noun: Noun::Tag,
                ..
            }
        );
        let mut read = world.catalog.read();
        assert_eq!(
            tag::find(&mut read, one.id).await.unwrap(),
            Some(one.clone())
        );
        let other = zone_tag(3, "small");
        write!(world, |tx| tag::insert(tx, &other)).unwrap();
        assert_error!(
            write!(world, |tx| tag::set_text(tx, one.id, "small", at(9))),
            Error::AlreadyExists {
                noun: Noun::Tag,
                ..
            }
        );
        for statement in [
            "DELETE FROM cluster",
            "DELETE FROM pool",
            "DELETE FROM store_zone",
        ] {
            write!(world, |tx| async {
                tx.execute(statement, &[]).await?;
                Ok(())
            })
            .unwrap();
        }
        write!(world, |tx| zone::delete(tx, zone_id(1))).unwrap();
        let left = tag::count_list(&mut read, &all(TagScope::All)).await;
        assert_eq!(left.unwrap(), 0, "{}", world.name);
    }
}

#[tokio::test]
async fn a_list_shows_the_tags_of_what_the_project_sees() {
    for world in small().await {
        let mut others = Vec::new();
        for (n, visibility) in [
            (1, Visibility::Private),
            (2, Visibility::Public),
            (3, Visibility::Shared),
            (4, Visibility::Shared),
        ] {
            let mut image = bare_image(n);
            image.visibility = visibility;
            image.tags = [format!("tag-{n}")].into();
            world.add(&image).await.unwrap();
            others.push(image);
        }
        for (image, state) in [(3, MemberState::Accepted), (4, MemberState::Pending)] {
            let member = member_(image, 2, state);
            write!(world, |tx| gaze_catalog::member::insert(tx, &member)).unwrap();
        }
        let big = zone_tag(1, "big");
        write!(world, |tx| tag::insert(tx, &big)).unwrap();
        let seen = async |scope| {
            let mut list = all(scope);
            list.sort = Some((TagField::Text, Direction::Ascending));
            let mut read = world.catalog.read();
            let found = tag::list(&mut read, &list).await.unwrap();
            let counted = tag::count_list(&mut read, &list).await.unwrap();
            assert_eq!(counted, found.len() as u64);
            let texts: Vec<String> = found.into_iter().map(|tag| tag.text).collect();
            texts.join(" ")
        };
        let everything = "big tag-1 tag-2 tag-3 tag-4";
        assert_eq!(seen(TagScope::All).await, everything);
        assert_eq!(seen(TagScope::Visible(project_id(1))).await, everything);
        let shared = "big tag-2 tag-3";
        assert_eq!(seen(TagScope::Visible(project_id(2))).await, shared);
        assert_eq!(seen(TagScope::Visible(project_id(3))).await, "big tag-2");
    }
}

#[tokio::test]
async fn conditions_compare_as_they_say() {
    for world in small().await {
        for (n, text) in [(1, "Alpha"), (2, "beta"), (3, "100%_\\")] {
            let made = zone_tag(n, text);
            write!(world, |tx| tag::insert(tx, &made)).unwrap();
        }
        let text = |test| TagCondition::Field(TagField::Text, test);
        let words = |words: &[&str]| words.iter().map(|word| (*word).into()).collect();
        for (condition, expected) in [
            (text(Test::Eq("beta".into())), vec!["beta"]),
            (text(Test::NotEq("beta".into())), vec!["Alpha", "100%_\\"]),
            (text(Test::Like("a%".into())), vec!["Alpha"]),
            (text(Test::Like("%\\".into())), vec!["100%_\\"]),
            (text(Test::NotLike("%a".into())), vec!["100%_\\"]),
            (text(Test::In(words(&["beta", "x"]))), vec!["beta"]),
            (text(Test::In(Vec::new())), vec![]),
            (
                text(Test::NotIn(words(&["beta"]))),
                vec!["Alpha", "100%_\\"],
            ),
            (
                TagCondition::Field(TagField::CreatedAt, Test::Gt(at(1).into())),
                vec!["beta", "100%_\\"],
            ),
            (
                TagCondition::Field(TagField::Pattern, Test::NotNull),
                vec![],
            ),
            (
                TagCondition::AnyOf(vec![
                    vec![text(Test::Eq("Alpha".into()))],
                    vec![
                        text(Test::Eq("beta".into())),
                        TagCondition::Field(TagField::Noun, Test::Eq("image".into())),
                    ],
                ]),
                vec!["Alpha"],
            ),
            (TagCondition::AnyOf(Vec::new()), vec![]),
        ] {
            let mut list = all(TagScope::All);
            list.conditions = vec![condition.clone()];
            let found = tag::list(&mut world.catalog.read(), &list).await.unwrap();
            let texts: Vec<&str> = found.iter().map(|tag| tag.text.as_str()).collect();
            assert_eq!(texts, expected, "{}: {condition:?}", world.name);
        }
        for odd in [
            text(Test::Eq("a\0b".into())),
            text(Test::Eq(true.into())),
            TagCondition::Field(TagField::CreatedAt, Test::Eq("soon".into())),
            TagCondition::Field(TagField::CreatedAt, Test::Like("%".into())),
        ] {
            let mut list = all(TagScope::All);
            list.conditions = vec![odd];
            let refused = tag::list(&mut world.catalog.read(), &list).await;
            assert!(refused.is_err());
        }
        let mut page = all(TagScope::All);
        (page.start, page.limit) = (1, 1);
        page.sort = Some((TagField::CreatedAt, Direction::Descending));
        let found = tag::list(&mut world.catalog.read(), &page).await.unwrap();
        assert_eq!(found[0].text, "beta");
    }
}

#[tokio::test]
async fn a_user_tag_of_an_image_is_of_its_owners_pattern_of_that_value() {
    for world in small().await {
        for (n, owner) in [(1, 1), (2, 2)] {
            let pattern = TagPattern {
                id: TagPatternId::new(Uuid::from_u128(n)),
                owner: project_id(owner),
                name: "t".into(),
                value: "team".into(),
                description: None,
                color: Some("red".into()),
                kind: PatternKind::Simple,
                created_at: at(1),
                updated_at: at(1),
            };
            let row = pattern.clone();
            write!(world, |tx| tag_pattern::insert(tx, &row)).unwrap();
            let mut read = world.catalog.read();
            let found = tag_pattern::find(&mut read, pattern.id).await.unwrap();
            assert_eq!(found, Some(pattern));
        }
        let mut image = bare_image(1);
        image.tags = ["team", "other"].map(str::to_owned).into();
        world.add(&image).await.unwrap();
        let mine = TagPatternId::new(Uuid::from_u128(1));
        let made = tag::of_pattern(&mut world.catalog.read(), mine).await;
        let texts: Vec<String> = made.unwrap().into_iter().map(|tag| tag.text).collect();
        assert_eq!(texts, ["team"], "{}", world.name);
    }
}

/// A catalogue of an earlier version gets rows for what its images and machines say.
#[tokio::test]
async fn what_was_said_before_becomes_tags() {
    let statements = &[
        "INSERT INTO image (id, owner_id, name, status, enabled, visibility, protected, hidden,
         media, system, virtio, platform, firmware, min_disk_gib, min_ram_mib, source, tags,
         properties, created_at, updated_at)
         VALUES ('00000000000000000000000000000001', 'p', 'i', 'queued', 1, 'private', 0, 0,
         'root-disk', 0, 1, 'linux', 'uefi', 0, 0, '', '[\"a\", \"GuestTools::1\"]', '{}', 7, 8)",
        "INSERT INTO image_tag VALUES ('a', '00000000000000000000000000000001'),
         ('GuestTools::1', '00000000000000000000000000000001')",
    ];
    for (fresh, catalog) in brought_up_to_date(20, statements).await {
        let tags = tag::list(&mut catalog.read(), &all(TagScope::All)).await;
        let tags: Vec<_> = tags
            .unwrap()
            .into_iter()
            .map(|tag| (tag.id.hex(), tag.kind, tag.text, tag.created_at))
            .collect();
        let at = |micros| gaze_domain::Timestamp::from_microsecond(micros).unwrap();
        let id = |n: u32| format!("7461670000000000{n:016}");
        let expected = [
            (id(1), TagKind::Firmware, "uefi".to_owned(), at(7)),
            (id(2), TagKind::System, "GuestTools::1".to_owned(), at(7)),
            (id(3), TagKind::User, "a".to_owned(), at(7)),
        ];
        assert_eq!(tags, expected, "{}", fresh.name);
    }
}

/// Whatever an image is tagged with, its tags say the same.
#[tokio::test]
async fn odd_texts_are_kept_letter_by_letter() {
    for world in small().await {
        let image = full_image(1);
        world.add(&image).await.unwrap();
        let tags = tags_of(&world, &image).await;
        let texts = tags.keys().filter(|(kind, _)| *kind == TagKind::User);
        let texts = texts.map(|(_, text)| text.clone()).collect();
        assert_eq!(image.tags, texts);
    }
}

//! Every image is in the class of its row, with its tags and properties, and is counted there:
//! after any writes, also those that fail.

use gaze_catalog::{image, member, ownership};
use gaze_domain::list::{Condition, Field, ImageList, Scope};
use gaze_domain::{DiskFormat, ImageId, MemberState, Transition, Visibility};
use gaze_sql::Kind;

use crate::earlier::brought_up_to_date;
use crate::lists::random::Dice;
use crate::world::{World, at, bare_image, image_id, project_id, small, write};

const IMAGES: usize = 12;
const WRITES: usize = 300;

/// The columns of the row and of its class, as one text each, where they differ.
const STRAYS: &str = "SELECT i.id FROM image i LEFT JOIN image_class c ON c.id = i.class_id
    WHERE c.likeness IS NULL OR c.likeness <> i.owner_id || '/' || i.visibility || '/' || i.status
    || '/' || CAST(i.enabled AS TEXT) || '/' || CAST(i.protected AS TEXT) || '/'
    || CAST(i.hidden AS TEXT) || '/' || i.media || '/' || CAST(i.system AS TEXT) || '/'
    || CAST(i.virtio AS TEXT) || '/' || i.platform || '/' || COALESCE(i.architecture, '') || '/'
    || COALESCE(i.firmware, '') || '/' || COALESCE(i.format, '')
    OR c.owner_id <> i.owner_id OR c.visibility <> i.visibility OR c.status <> i.status
    OR COALESCE(c.format, '') <> COALESCE(i.format, '')
    UNION ALL SELECT t.image_id FROM image_tag t JOIN image i ON i.id = t.image_id
    WHERE t.class_id <> i.class_id OR t.created_at <> i.created_at
    UNION ALL SELECT p.image_id FROM image_property p JOIN image i ON i.id = p.image_id
    WHERE p.class_id <> i.class_id OR p.created_at <> i.created_at
    UNION ALL SELECT m.image_id FROM image_member m JOIN image i ON i.id = m.image_id
    WHERE m.class_id <> i.class_id OR m.image_created_at <> i.created_at";

const MISCOUNTED: &str = "SELECT c.likeness FROM image_class c
    WHERE c.images <> (SELECT COUNT(*) FROM image i WHERE i.class_id = c.id)";

#[tokio::test]
async fn classes_follow_any_writes() {
    for world in small().await {
        let mut dice = Dice::new(42);
        for round in 0..WRITES {
            step(&world, &mut dice, round).await;
            let strays = world.texts(STRAYS).await;
            assert_eq!(strays, Vec::<String>::new(), "{round} on {}", world.name);
            if world.catalog.db().kind() == Kind::Sqlite {
                assert_eq!(
                    world.texts(MISCOUNTED).await,
                    Vec::<String>::new(),
                    "{round}"
                );
            }
        }
        counts(&world).await;
    }
}

/// A catalogue of an earlier version gets classes for its images, and members know their age.
#[tokio::test]
async fn what_was_there_before_is_in_classes() {
    let statements = &[
        "INSERT INTO image (id, owner_id, name, status, enabled, visibility, protected, hidden,
         media, system, virtio, platform, firmware, min_disk_gib, min_ram_mib, source, tags,
         properties, created_at, updated_at)
         VALUES ('1', 'p', 'a', 'queued', 1, 'private', 0, 0, 'root-disk', 0, 1, 'linux', 'uefi',
         0, 0, '', '[]', '{}', 7, 8), ('2', 'p', 'b', 'queued', 1, 'private', 0, 0, 'root-disk',
         0, 1, 'linux', 'uefi', 0, 0, '', '[]', '{}', 8, 8), ('3', 'p', 'c', 'active', 0,
         'public', 1, 1, 'iso', 1, 0, 'other', NULL, 0, 0, '', '[]', '{}', 9, 9)",
        "INSERT INTO image_tag VALUES ('a', '1'), ('b', '1'), ('a', '3')",
        "INSERT INTO image_property VALUES ('2', 'n', 'v'), ('3', 'n', 'v')",
        "INSERT INTO image_member (image_id, project_id, state, created_at, updated_at)
         VALUES ('1', 'p', 'pending', 20, 20), ('3', 'p', 'accepted', 21, 21)",
    ];
    for (fresh, catalog) in brought_up_to_date(81, statements).await {
        let texts = async |sql: &str| {
            let rows = catalog.db().query(sql, &[]).await.unwrap();
            rows.iter()
                .map(|row| row.text(0).unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(texts(STRAYS).await, [""; 0], "{}", fresh.name);
        let likenesses = texts("SELECT likeness FROM image_class ORDER BY likeness").await;
        let expected = [
            "p/private/queued/1/0/0/root-disk/0/1/linux//uefi/",
            "p/public/active/0/1/1/iso/1/0/other///",
        ];
        assert_eq!(likenesses, expected, "{}", fresh.name);
        let tags = texts("SELECT tag || image_id FROM image_tag ORDER BY tag, image_id").await;
        assert_eq!(tags, ["a1", "a3", "b1"], "{}", fresh.name);
        let members = "SELECT CAST(image_created_at AS TEXT) FROM image_member ORDER BY image_id";
        assert_eq!(texts(members).await, ["7", "9"], "{}", fresh.name);
        if catalog.db().kind() == Kind::Sqlite {
            assert_eq!(texts(MISCOUNTED).await, [""; 0]);
        }
    }
}

/// One write at random. Some are refused, half of those by a transaction that goes on.
async fn step(world: &World, dice: &mut Dice, round: usize) {
    let id = image_id(1 + dice.roll(IMAGES) as u128);
    let now = at(i64::try_from(round).unwrap());
    let owner = project_id(1 + dice.roll(3) as u128);
    let seed = dice.roll(usize::MAX >> 1) as u64;
    let done: Result<(), _> = match dice.roll(9) {
        0 | 1 => write!(world, |tx| async {
            let mut new = bare_image(id.uuid().as_u128());
            (new.owner, new.created_at) = (owner, now);
            vary(&mut new, &mut Dice::new(seed));
            // What is refused here is not undone with the transaction.
            drop(image::insert(tx, &new).await);
            Ok(())
        }),
        2 | 3 => write!(world, |tx| async {
            let before = image::lock(tx, id).await?;
            let mut after = before.clone();
            vary(&mut after, &mut Dice::new(seed));
            image::update(tx, &before, &after).await
        }),
        4 => write!(world, |tx| async {
            for transition in Transition::ALL {
                if image::apply(tx, id, *transition, now).await.is_ok() {
                    break;
                }
            }
            Ok(())
        }),
        5 => write!(world, |tx| async {
            image::lock(tx, id).await?;
            ownership::give_image(tx, id, owner, now).await
        }),
        6 => write!(world, |tx| async {
            image::lock(tx, id).await?;
            member::share(tx, id, owner, now).await
        }),
        7 if round.is_multiple_of(5) => write!(world, |tx| async {
            ownership::give_all(tx, owner, project_id(1), now).await
        }),
        _ => write!(world, |tx| async { image::delete(tx, id).await }),
    };
    drop(done);
}

fn vary(image: &mut gaze_domain::Image, dice: &mut Dice) {
    image.visibility = Visibility::ALL[dice.roll(Visibility::ALL.len())];
    (image.enabled, image.hidden) = (dice.roll(2) == 0, dice.roll(4) == 0);
    image.format = [None, Some(DiskFormat::Raw), Some(DiskFormat::Qcow2)][dice.roll(3)];
    image.tags = (0..dice.roll(3)).map(|n| format!("tag-{n}")).collect();
    image.properties.clear();
    if dice.roll(2) == 0 {
        image.properties.insert("p".into(), "v".into());
    }
}

/// What is told of classes is what there is.
async fn counts(world: &World) {
    let mut read = world.catalog.read();
    let everything = ImageList::new(Scope::All, 1000);
    let all = image::list(&mut read, &everything).await.unwrap();
    assert!(all.len() > 3, "the writes left nothing to count");
    let shared = vec![MemberState::Accepted];
    let project = project_id(1);
    for scope in [
        Scope::All,
        Scope::Owned(project),
        Scope::Community,
        Scope::Usable { project, shared },
    ] {
        for condition in [
            Condition::not_eq(Field::Status, "deleted"),
            Condition::eq(Field::Format, "raw"),
            Condition::Without(Field::Format, gaze_domain::list::Test::Eq("raw".into())),
            Condition::eq(Field::Tag, "tag-0"),
        ] {
            let mut list = ImageList::new(scope.clone(), 1000);
            list.conditions = vec![condition];
            let ids: Vec<ImageId> = image::list(&mut read, &list)
                .await
                .unwrap()
                .iter()
                .map(|image| image.id)
                .collect();
            let told = image::count_list(&mut read, &list).await.unwrap();
            assert_eq!(told, ids.len() as u64, "{list:?} on {}", world.name);
        }
    }
}

//! What lists, shows and candidates cost: the plans of their statements over a catalogue of
//! 10,000 images, and how many statements there are.

mod cost;
mod flat;
mod statements;
mod ways;

use gaze_catalog::{image, location, member, store};
use gaze_domain::list::{Condition, Direction, Field, ImageList, Scope, Sort, Start};
use gaze_domain::{
    Architecture, ByteCount, Image, LocationId, Media, Member, MemberState, ProjectId, Visibility,
};
use gaze_sql::{Kind, Value};
use uuid::Uuid;

use crate::world::{World, at, image_id, project_id, ready_image, small, store_id, write};

const IMAGES: u128 = 10_000;
const BATCH: u128 = 5000;

/// Images of which project 1 owns nearly all, every tenth of them public; property `common` is
/// everywhere, property and tag `rare` on every thousandth.
async fn seed(world: &World) {
    write!(world, |tx| store::reserve(tx, store_id(1), ByteCount(0))).unwrap();
    for first in (1..=IMAGES).step_by(usize::try_from(BATCH).unwrap()) {
        world
            .write(move |tx| {
                Box::pin(async move {
                    for n in first..first + BATCH {
                        image::insert(tx, &nth(n)).await?;
                    }
                    Ok(())
                })
            })
            .await
            .unwrap();
    }
    write!(world, |tx| async {
        for n in (7..=IMAGES).step_by(50) {
            let of_two = n % 500 == 7;
            let new = Member {
                image: image_id(n),
                project: project_id(if of_two { 2 } else { 3 }),
                state: MemberState::Accepted,
                created_at: at(1),
                updated_at: at(1),
            };
            member::insert(tx, &new).await?;
            if !of_two {
                continue;
            }
            let id = LocationId::new(Uuid::from_u128(n));
            let key = format!("key-{n}");
            location::begin(tx, id, image_id(n), store_id(1), &key, ByteCount(1), at(1)).await?;
            location::complete(tx, id, ByteCount(1), at(1)).await?;
        }
        Ok(())
    })
    .unwrap();
}

fn nth(n: u128) -> Image {
    let mut image = Image {
        owner: project_id(if n.is_multiple_of(200) { 2 } else { 1 }),
        created_at: at(i64::try_from(n * 7919 % IMAGES).unwrap()),
        visibility: match n % 10 {
            0 => Visibility::Public,
            3 => Visibility::Community,
            7 => Visibility::Shared,
            _ => Visibility::Private,
        },
        ..ready_image(n)
    };
    image.properties.insert("common".into(), "true".into());
    if n.is_multiple_of(1000) {
        image.properties.insert("rare".into(), "true".into());
        image.tags.insert("rare".into());
    }
    image
}

fn visible(project: ProjectId) -> Scope {
    Scope::Visible {
        project,
        shared: vec![MemberState::Accepted],
    }
}

fn sorted(scope: Scope, field: Field, direction: Direction) -> ImageList {
    let mut list = ImageList::new(scope, 25);
    list.sort.push(Sort { field, direction });
    list
}

fn filtered(scope: Scope, conditions: &[Condition]) -> ImageList {
    let mut list = ImageList::new(scope, 25);
    list.conditions = conditions.to_vec();
    list
}

/// Fails if the plan reads a whole table of images or, on SQLite, from an index that is not among
/// `expected`. PostgreSQL knows by its statistics which index is best.
fn judge(world: &World, plan: &[String], expected: &[&str], what: &str) {
    let text = plan.join("\n");
    let said = format!("{what} on {}:\n{text}", world.name);
    match world.catalog.db().kind() {
        Kind::Sqlite => {
            for index in expected {
                assert!(text.contains(index), "{index} is not used for {said}");
            }
            // Of all classes, those that are wanted are found by reading all.
            let by_class = expected.iter().any(|it| is_of_classes(it));
            let judged = |line: &&String| !by_class || *line != "SCAN i";
            for line in plan.iter().filter(judged) {
                let whole = line.starts_with("SCAN i") && !line.contains("INDEX");
                assert!(!whole, "a scan for {said}");
                if let Some((_, index)) = line.split_once(" i USING ") {
                    let known = expected.iter().any(|name| index.contains(name))
                        || index.contains("sqlite_autoindex_image_1")
                        || index.contains("INTEGER PRIMARY KEY (rowid=?)")
                        || index.contains("image_class_by_")
                        || index.contains("sqlite_autoindex_image_class_1");
                    assert!(known, "another index for {said}");
                }
            }
        }
        Kind::Postgres => {
            assert!(!text.contains("Seq Scan on image i"), "a scan for {said}");
        }
    }
}

/// Whether the index is one that pages are read from by classes.
fn is_of_classes(index: &str) -> bool {
    ["image_class_newest", "image_property_newest"].contains(&index)
}

/// Whether the plan sorts something other than the heads of the branches.
fn sorts_images(world: &World, plan: &[String]) -> bool {
    let sort = match world.catalog.db().kind() {
        // SQLite announces a sort behind the table that it sorts.
        Kind::Sqlite => |lines: &[String]| {
            lines[1].contains("TEMP B-TREE FOR") && !lines[0].starts_with("SCAN head")
        },
        // PostgreSQL announces it with its key on the next line, and then what it sorts.
        Kind::Postgres => |lines: &[String]| {
            lines[0].contains("Sort ") && lines[2..].iter().any(|line| line.contains("on image i"))
        },
    };
    let lines = match world.catalog.db().kind() {
        Kind::Sqlite => 2,
        Kind::Postgres => 3,
    };
    plan.windows(lines).any(sort)
}

async fn plan_of(world: &World, query: &ImageList) -> Vec<String> {
    let mut read = world.catalog.read();
    let (sql, args) = image::statement_of_list(&mut read, query).await.unwrap();
    explain(world, &sql, &args).await
}

async fn explain(world: &World, sql: &str, args: &[Value]) -> Vec<String> {
    world.catalog.db().explain(sql, args).await.unwrap()
}

async fn analyze(world: &World) {
    write!(world, |tx| async {
        Ok(tx.execute("ANALYZE", &[]).await.map(drop)?)
    })
    .unwrap();
}

#[tokio::test]
async fn what_is_asked_is_read_from_its_index_with_and_without_statistics() {
    for world in small().await {
        seed(&world).await;
        if world.catalog.db().kind() == Kind::Sqlite {
            pages(&world).await;
            ways::check(&world).await;
            selective(&world).await;
            candidates(&world, false).await;
        }
        // PostgreSQL gathers statistics by itself; its plans without any mean nothing.
        analyze(&world).await;
        pages(&world).await;
        selective(&world).await;
        candidates(&world, true).await;
        statements::check(&world).await;
    }
}

/// A page is read from the index of its order, whatever else is asked for.
async fn pages(world: &World) {
    use Direction::{Ascending, Descending};
    let (created, name) = (Field::CreatedAt, Field::Name);
    let owned = Scope::Owned(project_id(1));
    let lists = [
        (
            sorted(Scope::All, created.clone(), Descending),
            &["image_newest"][..],
        ),
        (sorted(Scope::All, name.clone(), Ascending), &["image_name"]),
        (
            sorted(owned.clone(), created.clone(), Descending),
            &["image_owner_newest"],
        ),
        (
            sorted(owned.clone(), created.clone(), Ascending),
            &["image_owner_newest"],
        ),
        (
            sorted(owned.clone(), name.clone(), Descending),
            &["image_owner_name"],
        ),
        (
            sorted(
                Scope::Visible {
                    project: project_id(1),
                    shared: vec![],
                },
                created.clone(),
                Descending,
            ),
            &["image_owner_newest", "image_public_newest"],
        ),
        (
            sorted(
                Scope::Usable {
                    project: project_id(1),
                    shared: vec![],
                },
                created.clone(),
                Descending,
            ),
            &[
                "image_owner_newest",
                "image_public_newest",
                "image_community_newest",
            ],
        ),
        (
            sorted(Scope::Community, created, Descending),
            &["image_community_newest"],
        ),
        (
            sorted(
                Scope::Visible {
                    project: project_id(1),
                    shared: vec![],
                },
                name,
                Ascending,
            ),
            &["image_owner_name", "image_public_name"],
        ),
    ];
    let conditions = [
        vec![],
        vec![
            Condition::not_eq(Field::Status, "deleted"),
            Condition::eq(Field::Hidden, false),
        ],
        vec![Condition::eq(Field::Visibility, "private")],
        vec![Condition::any(Field::Visibility, ["private", "public"])],
        vec![Condition::eq(Field::Property("common".into()), "true")],
        vec![Condition::AnyOf(vec![
            vec![Condition::eq(Field::Visibility, "public")],
            vec![Condition::eq(Field::Owner, project_id(1))],
        ])],
    ];
    for (list, indexes) in &lists {
        for conditions in &conditions {
            let is_eq = matches!(
                conditions.as_slice(),
                [Condition::Field(Field::Visibility, _)]
            );
            let by_age = list.sort[0].field == Field::CreatedAt;
            if list.scope == Scope::All && is_eq && !by_age {
                continue;
            }
            for start in [Start::First, Start::After(image_id(IMAGES / 2))] {
                let conditions = conditions.clone();
                let list = ImageList {
                    conditions,
                    start,
                    ..list.clone()
                };
                let ways = match ways::of_classes(world.catalog.db().kind(), &list) {
                    Some(index) if by_age => vec![index],
                    _ => ways::left_by(&list, indexes),
                };
                let plan = plan_of(world, &list).await;
                let what = format!("{list:?}");
                judge(world, &plan, &ways, &what);
                cost::check(world, &list).await;
                // Heads of classes are sorted as one: how many there are tells the cost.
                if !ways.iter().any(|it| is_of_classes(it)) {
                    assert!(!sorts_images(world, &plan), "a sort for {what}: {plan:#?}");
                }
            }
        }
    }
}

/// A condition that few images meet is looked up.
async fn selective(world: &World) {
    let two = visible(project_id(2));
    let rare = Condition::eq(Field::Property("rare".into()), "true");
    let common = Condition::eq(Field::Property("common".into()), "true");
    let tag = Condition::eq(Field::Tag, "rare");
    let store = Condition::eq(Field::LocationStore, store_id(1));
    let name = Condition::eq(Field::Name, "image-4000");
    let names = Condition::any(Field::Name, ["image-4000", "image-2000", "image-2000"]);
    let id = Condition::eq(Field::Id, image_id(4000));
    let ids = Condition::any(Field::Id, [image_id(4000), image_id(2000)]);
    let found: &[u128] = &[4000, 2000];
    let every: Vec<u128> = (1..=10).rev().map(|n| n * 1000).collect();
    let cases = [
        (
            vec![rare.clone()],
            &["image_property_newest"][..],
            &every[..],
        ),
        (vec![common, rare], &["image_property_newest"], &every),
        (vec![tag.clone()], &["image_tag"], &every),
        (vec![store.clone(), tag], &["image_tag"], &[]),
        (vec![name.clone()], &["name"], &found[..1]),
        (vec![names], &["name"], found),
        (vec![id.clone()], &[], &found[..1]),
        (vec![ids, name], &[], &found[..1]),
        (vec![store, id], &[], &[]),
    ];
    for (conditions, indexes, expected) in &cases {
        for scope in [Scope::All, Scope::Owned(project_id(2)), two.clone()] {
            let list = filtered(scope, conditions);
            let plan = plan_of(world, &list).await;
            let text = plan.join("\n");
            let said = format!("{list:?} on {}:\n{text}", world.name);
            // PostgreSQL may join what is looked up with all that a small tenant owns.
            if world.catalog.db().kind() == Kind::Sqlite {
                for index in *indexes {
                    assert!(text.contains(index), "{index} is not used for {said}");
                }
                for walked in ["owner_newest", "public_newest", "class_newest", "SCAN i\n"] {
                    assert!(!text.contains(walked), "a walk for {said}");
                }
            }
            assert!(!text.contains("Seq Scan on image i"), "a scan for {said}");
            let page = image::list(&mut world.catalog.read(), &list).await.unwrap();
            let mut ids: Vec<u128> = page.iter().map(|image| image.id.uuid().as_u128()).collect();
            ids.sort_by(|a, b| b.cmp(a));
            assert_eq!(ids, *expected, "{said}");
        }
    }
}

/// Candidates are read from what the tenant sees.
async fn candidates(world: &World, analyzed: bool) {
    let stores = [store_id(1)];
    let stores = Some(&stores[..]);
    let architecture = Architecture::X86_64;
    let (root, disc) = (Media::RootDisk, Media::Iso);
    let (sql, args) = image::statement_of_candidates(root, architecture, stores, None);
    let plan = explain(world, &sql, &args).await;
    judge(world, &plan, &["image_class_newest"], "all candidates");
    let (sql, args) = image::statement_of_candidates(disc, architecture, stores, None);
    let plan = explain(world, &sql, &args).await;
    judge(world, &plan, &["image_class_newest"], "all discs");
    let tenant = Some(project_id(2));
    let (sql, args) = image::statement_of_candidates(root, architecture, stores, tenant);
    let plan = explain(world, &sql, &args).await;
    let mut indexes = vec![
        "image_class_by_visibility",
        "image_class_newest",
        "image_member_by_project",
    ];
    // Statistics tell that most of the few classes are that tenant's.
    indexes.extend((!analyzed).then_some("image_class_by_owner"));
    judge(world, &plan, &indexes, "a tenant's candidates");
    let (sql, args) = image::statement_of_candidates(root, architecture, None, tenant);
    let plan = explain(world, &sql, &args).await;
    judge(
        world,
        &plan,
        &indexes,
        "a tenant's candidates wherever they are",
    );
    let text = plan.join("\n");
    assert!(!text.contains("image_location"), "{text}");
    let sqlite = world.catalog.db().kind() == Kind::Sqlite;
    assert!(!sqlite || !ways::reads_rows(&text), "{text}");
}

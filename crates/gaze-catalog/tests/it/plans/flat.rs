//! What lists cost does not grow with the catalogue: counted in operations of SQLite's machine,
//! over 1,000 images and over 20,000, among which what is asked for is as rare or as common and
//! stands where it is the hardest to find.

use gaze_catalog::{Failure, Rows, image};
use gaze_domain::list::{
    Condition, Direction, Field, ImageList, Operand, Scope, Sort, Start, Test,
};
use gaze_domain::{
    Architecture, DiskFormat, Image, Media, MemberState, ProjectId, Status, Visibility,
};
use gaze_sql::{Db, Kind, Row, SqlError, Value};

use super::visible;
use crate::lists::model::Cloud;
use crate::world::{World, at, image_id, project_id, ready_image, small};

const FEW: u128 = 1000;
const MANY: u128 = 20_000;
const PAGE: u32 = 25;

/// Adds up what statements cost.
struct Costly<'d> {
    db: &'d Db,
    steps: u64,
}

impl Rows for Costly<'_> {
    fn kind(&self) -> Kind {
        self.db.kind()
    }

    async fn rows<'a>(&'a mut self, sql: &'a str, args: &'a [Value]) -> Result<Vec<Row>, SqlError> {
        let cost = self.db.cost(sql, args)?.unwrap_or_default();
        assert_eq!(cost.prepared_again, 0, "{sql}");
        self.steps += cost.steps;
        self.db.query(sql, args).await
    }
}

/// Image n of so many, the newest with the highest number. Project 1 owns nearly all that is
/// private, project 3 what is public, project 2 a tenth; old images differ from new ones.
fn nth(n: u128, of: u128) -> Image {
    let age = n * 100 / of;
    let owner = match n % 10 {
        0..=5 => 1,
        6 => 2,
        _ => 3,
    };
    let mut image = Image {
        owner: project_id(owner),
        created_at: at(i64::try_from(n).unwrap()),
        visibility: if owner == 3 {
            Visibility::Public
        } else {
            Visibility::Private
        },
        protected: age < 20,
        media: if owner == 3 && age >= 10 {
            Media::DataDisk
        } else {
            Media::RootDisk
        },
        architecture: Some(if age < 30 {
            Architecture::Aarch64
        } else {
            Architecture::X86_64
        }),
        format: Some(if age < 40 {
            DiskFormat::Raw
        } else {
            DiskFormat::Qcow2
        }),
        status: if n <= 30 {
            Status::Queued
        } else {
            Status::Active
        },
        hidden: n == 50,
        ..ready_image(n)
    };
    // Common, but not among what is public; and only on old ones.
    if owner == 1 {
        image.tags.insert("private".into());
        image.properties.insert("team".into(), "one".into());
    }
    if age < 30 {
        image.tags.insert("old".into());
        image.properties.insert("generation".into(), "old".into());
    }
    if n <= 40 {
        image.tags.insert("rare".into());
        image.properties.insert("rare".into(), "yes".into());
    }
    image
}

async fn seed(world: &World, many: u128) {
    for first in (1..=many).step_by(1000) {
        world
            .write(move |tx| {
                Box::pin(async move {
                    for n in first..first + 1000 {
                        image::insert(tx, &nth(n, many)).await?;
                    }
                    Ok::<_, Failure>(())
                })
            })
            .await
            .unwrap();
    }
}

fn scopes() -> Vec<Scope> {
    let usable = |project: ProjectId| Scope::Usable {
        project,
        shared: vec![MemberState::Accepted],
    };
    vec![
        Scope::All,
        Scope::Owned(project_id(1)),
        visible(project_id(1)),
        visible(project_id(2)),
        usable(project_id(1)),
    ]
}

/// Everything that an index serves, alone and together.
fn filters() -> Vec<Vec<Condition>> {
    let is = |field: Field, word: &str| Condition::eq(field, word);
    let property = |name: &str, value: &str| is(Field::Property(name.into()), value);
    let living = Condition::not_eq(Field::Status, "deleted");
    let shown = Condition::eq(Field::Hidden, false);
    vec![
        vec![],
        vec![living.clone(), shown.clone()],
        vec![is(Field::Name, "image-7"), living.clone()],
        vec![Condition::eq(Field::Id, image_id(500))],
        vec![is(Field::Status, "queued"), shown.clone()],
        vec![is(Field::Status, "active"), shown.clone()],
        vec![Condition::any(Field::Status, ["queued", "saving"])],
        vec![Condition::eq(Field::Hidden, true)],
        vec![Condition::eq(Field::Protected, true), living.clone()],
        vec![Condition::eq(Field::Enabled, false)],
        vec![Condition::eq(Field::System, true)],
        vec![is(Field::Visibility, "public"), living.clone()],
        vec![is(Field::Visibility, "private")],
        vec![is(Field::Visibility, "shared")],
        vec![Condition::eq(Field::Owner, project_id(1))],
        vec![Condition::eq(Field::Owner, project_id(2)), living.clone()],
        vec![Condition::eq(Field::Owner, project_id(3))],
        vec![is(Field::Architecture, "aarch64"), living.clone()],
        vec![is(Field::Architecture, "x86_64")],
        vec![is(Field::Format, "raw")],
        vec![is(Field::Format, "vmdk"), living.clone()],
        vec![is(Field::Platform, "windows")],
        vec![is(Field::Media, "iso")],
        vec![
            is(Field::Media, "root-disk"),
            Condition::eq(Field::System, false),
        ],
        vec![Condition::Field(
            Field::Firmware,
            Test::Eq(Operand::Text("uefi".into())),
        )],
        vec![is(Field::Tag, "rare")],
        vec![is(Field::Tag, "old"), living.clone()],
        vec![is(Field::Tag, "private"), living.clone(), shown.clone()],
        vec![is(Field::Tag, "private"), is(Field::Visibility, "public")],
        vec![property("team", "one"), living.clone()],
        vec![property("generation", "old"), is(Field::Status, "active")],
        vec![property("rare", "yes"), is(Field::Tag, "private")],
        vec![is(Field::Tag, "private"), property("rare", "yes")],
    ]
}

#[tokio::test]
async fn no_page_costs_more_where_there_are_more_images() {
    for (few, many) in small().await.iter().zip(&small().await) {
        // PostgreSQL counts no steps; its plans are looked at elsewhere.
        if few.catalog.db().kind() == Kind::Postgres {
            continue;
        }
        seed(few, FEW).await;
        seed(many, MANY).await;
        let all = Cloud {
            stores: Vec::new(),
            images: (1..=MANY).map(|n| nth(n, MANY)).collect(),
            members: Vec::new(),
        };
        for scope in scopes() {
            for conditions in filters() {
                for (direction, deep) in WAYS {
                    let list = |of: u128| ImageList {
                        conditions: conditions.clone(),
                        sort: vec![Sort {
                            field: Field::CreatedAt,
                            direction,
                        }],
                        start: if deep {
                            Start::After(image_id(of / 2))
                        } else {
                            Start::First
                        },
                        ..ImageList::new(scope.clone(), PAGE)
                    };
                    let (less, _) = page(few, &list(FEW)).await;
                    let (more, found) = page(many, &list(MANY)).await;
                    let said = format!("{scope:?} {conditions:?} {direction:?} deep: {deep}");
                    assert!(
                        more <= less * 13 / 10 + COUNTING,
                        "{less} steps, then {more}: {said}"
                    );
                    if direction == Direction::Ascending {
                        let right: Vec<String> =
                            all.page(&list(MANY)).iter().map(|it| it.id.hex()).collect();
                        assert_eq!(found, right, "{said}");
                    }
                }
            }
        }
    }
}

const WAYS: [(Direction, bool); 3] = [
    (Direction::Descending, false),
    (Direction::Descending, true),
    (Direction::Ascending, true),
];

/// Steps of counting what a tag or property leads to, which ends at 2,000; a thousand images are
/// never as many. Whoever passes over all 20,000 images needs ten times that.
const COUNTING: u64 = 16_000;

/// What the page costs, and the ids on it.
async fn page(world: &World, list: &ImageList) -> (u64, Vec<String>) {
    let mut costly = Costly {
        db: world.catalog.db(),
        steps: 0,
    };
    let (sql, args) = image::statement_of_list(&mut costly, list).await.unwrap();
    let page = costly.rows(&sql, &args).await.unwrap();
    let found = page.iter().map(|row| row.text(0).unwrap());
    (costly.steps, found.collect())
}

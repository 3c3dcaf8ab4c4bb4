//! The number of statements does not depend on the page.

use gaze_catalog::image;
use gaze_domain::Architecture;
use gaze_domain::list::{Condition, Field, Start};
use gaze_sql::Kind;

use super::{filtered, visible};
use crate::world::{World, image_id, project_id, store_id};

pub(super) async fn check(world: &World) {
    let db = world.catalog.db();
    let mut read = world.catalog.read();
    let scope = visible(project_id(2));
    let rare = Condition::eq(Field::Property("rare".into()), "true");
    // On SQLite, the classes are counted.
    let classes = u64::from(db.kind() == Kind::Sqlite);
    for limit in [1, 100, 1000] {
        for (conditions, start, expected) in [
            (vec![], Start::First, 2 + classes),
            (vec![], Start::Offset(30), 2 + classes),
            (vec![], Start::After(image_id(77)), 3 + classes),
            (
                vec![Condition::eq(Field::Name, "image-200")],
                Start::First,
                2,
            ),
            (
                vec![rare.clone(), Condition::eq(Field::Tag, "rare")],
                Start::First,
                3,
            ),
        ] {
            let mut list = filtered(scope.clone(), &conditions);
            (list.start, list.limit) = (start, limit);
            let before = db.statements();
            let page = image::list(&mut read, &list).await.unwrap();
            assert!(!page.is_empty());
            assert_eq!(db.statements() - before, expected, "{list:?}");
        }
    }
    let before = db.statements();
    image::get(&mut read, image_id(7)).await.unwrap();
    assert_eq!(db.statements() - before, 2);
    let before = db.statements();
    let architecture = Architecture::X86_64;
    let (stores, tenant) = ([store_id(1)], Some(project_id(1)));
    let found = image::candidates(&mut read, architecture, &stores, tenant);
    assert_eq!(
        (found.await.unwrap().len(), db.statements() - before),
        (20, 2)
    );
}

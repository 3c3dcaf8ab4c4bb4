//! Which ways of being seen a list reads.

use gaze_domain::list::{Condition, Field, ImageList, Scope, Test};
use gaze_sql::Kind;

use super::{filtered, plan_of, visible};
use crate::world::{World, project_id};

/// Ways of being seen that the conditions rule out are not gone: there may be a million public
/// images, none of which is private.
pub(super) async fn check(world: &World) {
    let (owned, public, shared) = (
        "image_owner_newest",
        "image_public_newest",
        "image_member_by_project",
    );
    let living = Condition::not_eq(Field::Status, "deleted");
    let is = |word: &str| Condition::eq(Field::Visibility, word);
    let not = |word: &str| Condition::not_eq(Field::Visibility, word);
    let classes = "image_class_newest";
    let by_class = world.catalog.db().kind() == Kind::Sqlite;
    let ways = |walked: &[&'static str], beside: &[&'static str]| {
        let read = if by_class { &[classes][..] } else { walked };
        [read, beside].concat()
    };
    for (conditions, used) in [
        (vec![not("public")], ways(&[owned], &[shared])),
        (
            vec![not("shared"), living.clone()],
            ways(&[owned, public], &[]),
        ),
        (vec![is("public"), living.clone()], vec![classes]),
        (vec![is("public")], vec![classes]),
        (vec![is("shared"), living], vec![classes, shared]),
        (vec![is("private")], vec![classes]),
        (
            vec![Condition::any(Field::Visibility, ["private", "public"])],
            vec![classes],
        ),
        (vec![is("no such word")], vec![classes]),
    ] {
        let list = filtered(visible(project_id(2)), &conditions);
        let text = plan_of(world, &list).await.join("\n");
        for index in [owned, public, shared, classes] {
            let is_used = text.contains(index);
            assert_eq!(is_used, used.contains(&index), "{index}: {list:?}\n{text}");
        }
        assert!(!by_class || !reads_rows(&text), "{list:?}\n{text}");
    }
}

/// Whether SQLite reads rows of images, beside what an index has of them.
pub(super) fn reads_rows(plan: &str) -> bool {
    let of_images = |line: &&str| line.contains(" i USING ") && !line.contains("image_class_by_");
    let mut lines = plan.lines().filter(of_images);
    lines.any(|line| !line.contains("COVERING") && !line.contains("autoindex_image_class"))
}

/// The index that a list by age is read from if its conditions leave some classes only; on SQLite,
/// also if they leave all.
pub(super) fn of_classes(kind: Kind, list: &ImageList) -> Option<&'static str> {
    match list.conditions.as_slice() {
        [] | [Condition::Field(Field::Status, _), _] if kind == Kind::Sqlite => {
            Some("image_class_newest")
        }
        [Condition::Field(Field::Property(_), Test::Eq(_))] => Some("image_property_newest"),
        [Condition::Field(Field::Visibility, Test::Eq(_) | Test::In(_)) | Condition::AnyOf(_)] => {
            Some("image_class_newest")
        }
        _ => None,
    }
}

/// Of the indexes of all ways, those of the ways that the list's only condition leaves: others'
/// private images are seen in none.
pub(super) fn left_by(list: &ImageList, indexes: &[&'static str]) -> Vec<&'static str> {
    let private = list.scope != Scope::Community
        && matches!(
            list.conditions.as_slice(),
            [Condition::Field(Field::Visibility, Test::Eq(_))]
        );
    let kept = |index: &&str| !private || index.contains("owner");
    indexes.iter().copied().filter(kept).collect()
}

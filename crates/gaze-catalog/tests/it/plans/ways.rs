//! Which ways of being seen a list reads.

use gaze_domain::list::{Condition, Field, ImageList, Scope, Test};

use super::{filtered, plan_of, visible};
use crate::world::{World, project_id};

/// Ways of being seen that the conditions rule out are not gone: there may be a million public
/// images, none of which is private.
pub(super) async fn check(world: &World) {
    let (owned, public, shared) = (
        "image_owner_newest",
        "image_visibility_newest",
        "image_member_by_project",
    );
    let living = Condition::not_eq(Field::Status, "deleted");
    let is = |word: &str| Condition::eq(Field::Visibility, word);
    let not = |word: &str| Condition::not_eq(Field::Visibility, word);
    for (conditions, used) in [
        (vec![not("public")], vec![owned, shared]),
        (vec![is("public"), living.clone()], vec![public]),
        // One's own deleted images are found as one's own only.
        (vec![is("public")], vec![owned, public]),
        (vec![is("shared"), living], vec![owned, shared]),
        (vec![is("private")], vec![owned]),
        (
            vec![Condition::any(Field::Visibility, ["private", "public"])],
            vec![owned, public],
        ),
        (vec![is("no such word")], vec![owned]),
    ] {
        let list = filtered(visible(project_id(2)), &conditions);
        let text = plan_of(world, &list).await.join("\n");
        for index in [owned, public, shared] {
            let is_used = text.contains(index);
            assert_eq!(is_used, used.contains(&index), "{index}: {list:?}\n{text}");
        }
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

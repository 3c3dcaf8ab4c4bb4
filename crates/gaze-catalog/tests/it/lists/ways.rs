//! Conditions that leave some of the ways in which a project sees images.

use gaze_catalog::image;
use gaze_domain::list::{Condition, Field, ImageList, Scope};
use gaze_domain::{MemberState, Status, Visibility};

use super::random::{self, Dice};
use super::{ids, save};
use crate::world::{empty, project_};

/// A visibility asked for or ruled out, with deleted images and without, in every scope of a
/// project: the page and the count are what the model says, on both databases.
#[tokio::test]
async fn lists_by_visibility_are_what_the_model_says() {
    let cloud = random::cloud(&mut Dice::new(7));
    let worlds = empty().await;
    for world in &worlds {
        save(world, &cloud).await;
    }
    let project = project_(1).id;
    let scopes = [vec![], vec![MemberState::Accepted]].map(|shared| {
        let usable = shared.clone();
        [
            Scope::Visible { project, shared },
            Scope::Usable {
                project,
                shared: usable,
            },
        ]
    });
    let fixed = [Scope::All, Scope::Owned(project), Scope::Community];
    for scope in scopes.into_iter().flatten().chain(fixed) {
        for word in Visibility::ALL {
            for visibility in [
                Condition::eq(Field::Visibility, *word),
                Condition::not_eq(Field::Visibility, *word),
            ] {
                for alive in [false, true] {
                    let mut query = ImageList::new(scope.clone(), 100);
                    query.conditions.push(visibility.clone());
                    if alive {
                        let status = Condition::not_eq(Field::Status, Status::Deleted);
                        query.conditions.push(status);
                    }
                    for world in &worlds {
                        let mut read = world.catalog.read();
                        let said = format!("{} {query:?}", world.name);
                        let page = image::list(&mut read, &query).await;
                        let page = page.unwrap_or_else(|error| panic!("{error:?} in {said}"));
                        assert_eq!(ids(&page), ids(&cloud.page(&query)), "{said}");
                        let count = image::count_list(&mut read, &query).await.unwrap();
                        assert_eq!(count, cloud.whole(&query).len() as u64, "{said}");
                    }
                }
            }
        }
    }
}

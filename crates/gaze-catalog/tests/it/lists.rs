//! Lists compared with a straightforward evaluation in memory.

mod edges;
pub(crate) mod model;
pub(crate) mod random;
mod ways;

use gaze_catalog::{image, location, member, project, region, store, zone};
use gaze_domain::list::{ImageList, Start};
use gaze_domain::{Image, ImageId};

use crate::world::{World, empty, write};
use model::Cloud;
use random::Dice;

const CLOUDS: u64 = 8;
const LISTS: usize = 60;

async fn save(world: &World, cloud: &Cloud) {
    let cloud = cloud.clone();
    write!(world, |tx| async {
        let cloud = &cloud;
        gaze_catalog::domain::insert(tx, &crate::world::domain_(1)).await?;
        for n in 1..=3 {
            project::insert(tx, &crate::world::project_(n)).await?;
        }
        for n in 1..=2 {
            region::insert(tx, &crate::world::region_(n)).await?;
            zone::insert(tx, &crate::world::zone_(n, n)).await?;
        }
        for each in &cloud.stores {
            store::insert(tx, each).await?;
        }
        for image in &cloud.images {
            image::insert(tx, image).await?;
            for copy in &image.locations {
                let (image, key) = (copy.image, copy.key.as_str());
                location::begin(
                    tx,
                    copy.id,
                    image,
                    copy.store,
                    key,
                    copy.size,
                    copy.created_at,
                )
                .await?;
                if copy.state != gaze_domain::LocationState::Writing {
                    location::complete(tx, copy.id, copy.size, copy.updated_at).await?;
                }
                if copy.state == gaze_domain::LocationState::Deleted {
                    location::mark_deleted(tx, copy.id, copy.updated_at).await?;
                }
                if copy.state == gaze_domain::LocationState::Deleting {
                    location::mark_deleting(tx, copy.id, copy.updated_at).await?;
                }
            }
        }
        for each in &cloud.members {
            member::insert(tx, each).await?;
        }
        Ok(())
    })
    .unwrap();
}

fn ids(images: &[Image]) -> Vec<ImageId> {
    images.iter().map(|image| image.id).collect()
}

/// Random lists over random clouds: the page, the walk from page to page and the count are what
/// the model says, on both databases.
#[tokio::test]
async fn every_list_is_what_the_model_says() {
    for seed in 0..CLOUDS {
        let mut dice = Dice::new(seed);
        let cloud = random::cloud(&mut dice);
        let worlds = empty().await;
        for world in &worlds {
            save(world, &cloud).await;
        }
        for round in 0..LISTS {
            let query = random::list(&mut dice, &cloud);
            let whole = cloud.whole(&query);
            for world in &worlds {
                let said = format!("seed {seed} round {round} on {}: {query:#?}", world.name);
                let mut read = world.catalog.read();
                let page = image::list(&mut read, &query).await;
                let page = page.unwrap_or_else(|error| panic!("{error:?} in {said}"));
                assert_eq!(ids(&page), ids(&cloud.page(&query)), "{said}");
                assert_eq!(page, cloud.page(&query), "{said}");
                let count = image::count_list(&mut read, &query).await.unwrap();
                assert_eq!(count, whole.len() as u64, "count of {said}");
                walk(world, &query, &ids(&whole), &said).await;
            }
        }
    }
}

async fn walk(world: &World, query: &ImageList, whole: &[ImageId], said: &str) {
    let mut step = ImageList {
        limit: query.limit.max(4),
        start: Start::First,
        ..query.clone()
    };
    let mut walked = Vec::new();
    loop {
        let page = image::list(&mut world.catalog.read(), &step).await.unwrap();
        walked.extend(ids(&page));
        assert!(walked.len() <= whole.len(), "walk of {said}");
        match page.last() {
            Some(last) => step.start = Start::After(last.id),
            None => break,
        }
    }
    assert_eq!(walked, whole, "walk of {said}");
}

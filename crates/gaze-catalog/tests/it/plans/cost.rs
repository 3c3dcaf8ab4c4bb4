//! What a page may cost on SQLite, in operations of its machine.

use gaze_catalog::image;
use gaze_domain::list::ImageList;

use crate::world::World;

/// Most operations for a page of 25 images out of 10,000. A page that walked past the images of
/// others, or sorted them, would take several for each of the 10,000.
const MOST: u64 = 8000;

/// Fails if the page reads more than its own images, or its statement is compiled for each value.
pub(super) async fn check(world: &World, list: &ImageList) {
    let mut read = world.catalog.read();
    let (sql, args) = image::statement_of_list(&mut read, list).await.unwrap();
    // PostgreSQL does not count.
    if let Some(cost) = world.catalog.db().cost(&sql, &args).unwrap() {
        assert_eq!(cost.prepared_again, 0, "{list:?}: {sql}");
        assert!(cost.steps <= MOST, "{cost:?} for {list:?}: {sql}");
    }
}

//! The service fetches the bytes of an image that waits for them.

use gaze_app::{Fetching, StoreChoice, Work, WorkState};
use gaze_domain::image::DigestKind;
use gaze_domain::{Error, Image, Result};
use gaze_testkit::World;

use crate::accounts::check;
use crate::harness::{
    assert_refused, assert_still_queued, download, finished, noise, queued, store, worlds,
};

const SIZE: usize = 200_000;

async fn fetch(
    world: &World,
    image: &Image,
    stores: StoreChoice,
    expected: Option<(DigestKind, String)>,
) -> Result<Work> {
    let fetching = Fetching {
        url: world.import_file("disk.raw", &noise(SIZE)),
        stores,
        expected,
        job: None,
    };
    let caller = &world.tenant.caller;
    let begun = world.app.fetch_image(caller, image.id, fetching).await?;
    Ok(finished(&world.app, begun.job).await)
}

/// The digest as a tool of the system computes it.
fn digest(kind: DigestKind) -> String {
    use std::io::Write as _;
    let mut child = std::process::Command::new(format!("{kind}sum"))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&noise(SIZE)).unwrap();
    let told = child.wait_with_output().unwrap().stdout;
    String::from_utf8(told).unwrap()[..]
        .split(' ')
        .next()
        .unwrap()
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_of_the_expected_digest_are_taken() {
    for world in worlds().await {
        for kind in DigestKind::ALL {
            let image = queued(&world, None).await;
            let expected = Some((*kind, digest(*kind)));
            let work = fetch(&world, &image, StoreChoice::Auto, expected)
                .await
                .unwrap();
            assert_eq!(
                work.state,
                WorkState::Succeeded,
                "{kind}: {:?}",
                work.failure
            );
            let caller = &world.tenant.caller;
            let after = world.app.get_image(caller, image.id).await.unwrap();
            assert_eq!(after.checksums.get(*kind), Some(digest(*kind).as_str()));
            let computed = *kind == DigestKind::Sha512;
            assert_eq!(after.checksums.sha512.is_some(), computed);
            assert_eq!(download(&world.app, caller, image.id).await, noise(SIZE));
        }
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_of_another_digest_are_refused_and_leave_the_image_queued() {
    for world in worlds().await {
        for kind in DigestKind::ALL {
            let image = queued(&world, None).await;
            let mut other = digest(*kind);
            let last = if other.pop() == Some('0') { '1' } else { '0' };
            other.push(last);
            let expected = Some((*kind, other));
            let work = fetch(&world, &image, StoreChoice::Auto, expected)
                .await
                .unwrap();
            assert_eq!(work.state, WorkState::Failed, "{kind}");
            assert!(
                matches!(work.failure, Some(Error::Refused { .. })),
                "{work:?}"
            );
            assert_still_queued(&world, image.id).await;
            check(&world).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stores_that_cannot_take_the_bytes_are_left_out_if_that_is_asked_for() {
    for world in worlds().await {
        let small = store(&world, "small", 1000).await;
        let large = store(&world, "large", 1 << 20).await;
        let both = vec![small.id, large.id];
        let image = queued(&world, None).await;
        let all = StoreChoice::Named(both.clone());
        assert_refused(fetch(&world, &image, all, None).await, "NoSpace");
        assert_still_queued(&world, image.id).await;
        let any = StoreChoice::AnyOf(both);
        let work = fetch(&world, &image, any, None).await.unwrap();
        assert_eq!(work.state, WorkState::Succeeded, "{:?}", work.failure);
        let missed = world.app.missed_stores(&[image.id]).await.unwrap();
        assert_eq!(missed[&image.id], [small.id]);
        let after = world.app.get_image(&world.tenant.caller, image.id).await;
        let after = after.unwrap();
        let stores: Vec<_> = after.locations.iter().map(|copy| copy.store).collect();
        assert_eq!(stores, [large.id]);
        check(&world).await;
        // Whoever names no store is told nothing of stores.
        let plain = queued(&world, None).await;
        fetch(&world, &plain, StoreChoice::Auto, None)
            .await
            .unwrap();
        let missed = world.app.missed_stores(&[plain.id]).await.unwrap();
        assert!(missed.is_empty());
    }
}

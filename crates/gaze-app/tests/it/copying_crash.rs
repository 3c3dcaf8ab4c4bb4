//! The process is killed while an image is copied into another store.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use gaze_app::{App, BodyStream, NewImage, StoreChoice, Upload, WorkState};
use gaze_domain::{Caller, Image, LocationState, Runtime, Status, Store};

use crate::accounts::check_app;
use crate::copying::into;
use crate::crash::{Later, ground, killed_during, only_image, open};
use crate::harness::{at_rest, finished, noise};

/// The image: this many bytes, so many times.
const CHUNK: usize = 4 << 20;
const CHUNKS: usize = 96;

/// Another store beside the first.
async fn second(app: &App, caller: &Caller) -> Store {
    let region = app.list_regions(caller).await.unwrap().remove(0);
    let new = gaze_app::NewStore {
        id: None,
        region: region.id,
        name: "second".into(),
        description: None,
        kind: gaze_domain::StoreKind::Fs,
        url: None,
        host: None,
        medium: None,
        capacity: None,
        zones: Vec::new(),
    };
    app.create_store(caller, new).await.unwrap()
}

/// The part of the process that is killed: copies an image until bytes have moved.
#[expect(clippy::print_stdout, reason = "the parent reads it")]
pub(crate) async fn underway(task: &str, app: &App, caller: &Caller) {
    if task != "copy" && task != "admit" {
        return;
    }
    let chunk = Bytes::from(noise(CHUNK));
    let body: BodyStream = Box::pin(futures_util::stream::iter(
        std::iter::repeat_with(move || Ok(chunk.clone())).take(CHUNKS),
    ));
    let upload = Upload {
        declared_len: Some((CHUNK * CHUNKS) as u64),
        stores: StoreChoice::Auto,
        body,
    };
    let id = app.create_image(caller, NewImage::named("big")).await;
    let id = id.unwrap().id;
    if task == "admit" {
        app.stage_image(caller, id, upload).await.unwrap();
    } else {
        app.upload_image(caller, id, upload).await.unwrap();
    }
    let other = second(app, caller).await;
    let job = if task == "admit" {
        let there = StoreChoice::Named(vec![other.id]);
        app.admit_image(caller, id, there).await.unwrap();
        let list = gaze_app::WorkList {
            image: Some(id),
            unfinished_only: true,
            after: None,
            limit: 1,
        };
        app.list_work(caller, list).await.unwrap().remove(0).id
    } else {
        let begun = app.copy_image(caller, id, into(&[&other])).await;
        begun.unwrap().unwrap().job
    };
    loop {
        let work = app.find_work(job).await.unwrap().unwrap();
        assert!(!work.is_finished(), "it was too fast: {work:?}");
        if work.done > 1_000_000 {
            println!("\njob {job} {}", work.done);
            std::future::pending::<()>().await;
        }
        tokio::task::yield_now().await;
    }
}

/// What is in the second store of the image, byte for byte what the image is made of.
fn assert_whole(store: &Store, image: &Image) {
    let copy = image.ready_locations().find(|copy| copy.store == store.id);
    let path = Path::new(&store.url).join("blobs").join(&copy.unwrap().key);
    let bytes = std::fs::read(path).unwrap();
    let chunk = noise(CHUNK);
    assert_eq!(bytes.len(), CHUNK * CHUNKS);
    assert!(bytes.chunks(CHUNK).all(|part| part == chunk));
}

async fn after_the_kill(task: &str, before: Status, stores: &[&str]) {
    for (database, folder) in ground().await {
        let job = killed_during(task, folder.path(), &database.target, "");
        let later: Arc<dyn Runtime> = Arc::new(Later::default());
        let (app, caller) = open(folder.path(), &database.target, later).await;
        let image = only_image(&app, &caller).await.unwrap();
        assert_eq!(image.status, before);
        let states: Vec<_> = image.locations.iter().map(|copy| copy.state).collect();
        assert_eq!(states, [LocationState::Ready, LocationState::Writing]);
        let running = app.run().await.unwrap();
        running.swept().await;
        let work = finished(&app, job).await;
        assert_eq!(work.state, WorkState::Succeeded, "{:?}", work.failure);
        at_rest(&app, image.id).await;
        let image = only_image(&app, &caller).await.unwrap();
        assert_eq!(image.status, Status::Active);
        let all = app.list_stores(&caller).await.unwrap();
        let names: Vec<&str> = image
            .ready_locations()
            .filter_map(|copy| all.iter().find(|store| store.id == copy.store))
            .map(|store| store.name.as_str())
            .collect();
        assert_eq!(names, stores);
        let second = all.iter().find(|store| store.name == "second").unwrap();
        assert_whole(second, &image);
        check_app(&app, &caller).await;
        running.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copying_whose_process_is_killed_is_completed_by_the_next() {
    after_the_kill("copy", Status::Active, &["store-1", "second"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admission_whose_process_is_killed_is_completed_by_the_next() {
    after_the_kill("admit", Status::Staged, &["second"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_whose_copying_was_killed_can_be_deleted() {
    for (database, folder) in ground().await {
        let job = killed_during("copy", folder.path(), &database.target, "");
        let later: Arc<dyn Runtime> = Arc::new(Later::default());
        let (app, caller) = open(folder.path(), &database.target, later).await;
        let id = only_image(&app, &caller).await.unwrap().id;
        let running = app.run().await.unwrap();
        running.swept().await;
        app.remove_image(&caller, id).await.unwrap();
        finished(&app, job).await;
        at_rest(&app, id).await;
        assert_eq!(only_image(&app, &caller).await, None);
        check_app(&app, &caller).await;
        running.stop().await.unwrap();
    }
}

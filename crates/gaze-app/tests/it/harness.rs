//! What the tests have in common: worlds on both databases, streams, stores, waiting.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use gaze_app::{
    App, BodyStream, Import, NewImage, NewStore, Settings, Started, StoreChoice, Upload, Work,
};
use gaze_domain::{
    ByteCount, Caller, DiskFormat, Error, Image, ImageId, JobId, Result, Status, Store, StoreKind,
};
use gaze_testkit::{Tenant, World};
use tokio::sync::mpsc;

/// Longer than anything here takes.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// A world on each database.
pub(crate) async fn worlds() -> Vec<World> {
    worlds_with(|_settings| {}).await
}

pub(crate) async fn worlds_with(change: impl Fn(&mut Settings)) -> Vec<World> {
    let mut worlds = Vec::new();
    for database in gaze_sql::testing::databases().await {
        worlds.push(World::with(database, &change).await);
    }
    worlds
}

/// Bytes that do not repeat within a cluster and are no image of any format.
pub(crate) fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

/// A small qcow2 that stands alone, made by QEMU.
pub(crate) fn qcow2(size: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("disk.qcow2");
    tool(
        "qemu-img",
        &[
            "create",
            "-q",
            "-f",
            "qcow2",
            &path.display().to_string(),
            size,
        ],
    );
    let write = "write -P 0x5a 64k 200k";
    tool(
        "qemu-io",
        &["-f", "qcow2", "-c", write, &path.display().to_string()],
    );
    std::fs::read(path).unwrap()
}

/// A qcow2 whose clusters are compressed.
pub(crate) fn packed_qcow2() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    // Every other half cluster is noise, so that each cluster compresses to about half.
    let mut bytes = noise(2 << 20);
    for half in bytes.chunks_mut(32 << 10).step_by(2) {
        half.fill(1);
    }
    std::fs::write(at("raw"), bytes).unwrap();
    let convert = ["convert", "-c", "-f", "raw", "-O", "qcow2"];
    tool(
        "qemu-img",
        &[&convert[..], &[&at("raw"), &at("packed")]].concat(),
    );
    std::fs::read(at("packed")).unwrap()
}

/// Runs a tool and answers what it printed.
pub(crate) fn tool(name: &str, args: &[&str]) -> String {
    let done = Command::new(name).args(args).output().expect(name);
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    let failed = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{name} {args:?}: {told}{failed}");
    told
}

/// A body of these bytes in chunks.
pub(crate) fn body(bytes: &[u8], chunk: usize) -> BodyStream {
    let chunks: Vec<_> = bytes
        .chunks(chunk)
        .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
        .collect();
    Box::pin(futures_util::stream::iter(chunks))
}

/// An upload of unknown length.
pub(crate) fn chunked(bytes: &[u8]) -> Upload {
    Upload {
        declared_len: None,
        stores: StoreChoice::Auto,
        body: body(bytes, 64 << 10),
    }
}

/// An upload that announces its length.
pub(crate) fn announced(bytes: &[u8]) -> Upload {
    Upload {
        declared_len: Some(bytes.len() as u64),
        ..chunked(bytes)
    }
}

type Chunk = Result<Bytes, Box<dyn std::error::Error + Send + Sync>>;

/// A body that the test feeds while it is read.
pub(crate) fn fed() -> (mpsc::Sender<Chunk>, BodyStream) {
    let (sender, receiver) = mpsc::channel(1);
    let body = futures_util::stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|chunk| (chunk, receiver))
    });
    (sender, Box::pin(body))
}

/// A queued image of the tenant's.
pub(crate) async fn queued(world: &World, format: Option<DiskFormat>) -> Image {
    let new = NewImage {
        format,
        ..NewImage::named("queued")
    };
    let made = world.app.create_image(&world.tenant.caller, new).await;
    made.expect("an image")
}

/// The job that works on the image, once it has begun; with some bytes done if asked for.
pub(crate) async fn busy(app: &App, id: ImageId, at_least: u64) -> Work {
    let end = tokio::time::Instant::now() + PATIENCE;
    while tokio::time::Instant::now() < end {
        let work = app.running_work(&[id]).await.unwrap().remove(&id);
        if let Some(work) = work
            && work.done >= at_least
        {
            return work;
        }
        tokio::task::yield_now().await;
    }
    panic!("nothing works on image {id}");
}

/// The job once it has finished.
pub(crate) async fn finished(app: &App, job: JobId) -> Work {
    let work = app.wait_for_work(job, PATIENCE).await.unwrap();
    let work = work.expect("the job is there");
    assert!(work.is_finished(), "{work:?}");
    work
}

/// Everything that works on an image has ended.
pub(crate) async fn at_rest(app: &App, id: ImageId) {
    if let Some(work) = app.running_work(&[id]).await.unwrap().remove(&id) {
        finished(app, work.id).await;
    }
}

/// The image is queued, without any bytes.
pub(crate) async fn assert_still_queued(world: &World, id: ImageId) {
    let image = world.app.get_image(&world.admin.caller, id).await.unwrap();
    assert_eq!(image.status, Status::Queued);
    assert!(image.locations.is_empty(), "{:?}", image.locations);
    assert_eq!(image.size, None);
}

/// The image does not exist any more.
pub(crate) async fn assert_gone(world: &World, id: ImageId) {
    let found = world.app.get_image(&world.admin.caller, id).await;
    assert!(matches!(found, Err(Error::NotFound { .. })), "{found:?}");
}

/// All bytes of an image.
pub(crate) async fn download(app: &App, caller: &Caller, id: ImageId) -> Vec<u8> {
    let mut read = app.read_image(caller, id, None).await.unwrap();
    let mut bytes = Vec::new();
    while let Some(chunk) = read.body.next().await {
        bytes.extend_from_slice(&chunk.unwrap());
    }
    bytes
}

/// Another store beside the world's own, attached to its zone.
pub(crate) async fn store(world: &World, name: &str, capacity: u64) -> Store {
    let new = NewStore {
        id: None,
        region: world.region.id,
        name: name.into(),
        description: None,
        kind: StoreKind::Fs,
        url: None,
        host: None,
        medium: None,
        capacity: Some(ByteCount(capacity)),
        zones: vec![world.zone.id],
    };
    world
        .app
        .create_store(&world.admin.caller, new)
        .await
        .unwrap()
}

pub(crate) fn named(stores: &[&Store]) -> StoreChoice {
    StoreChoice::Named(stores.iter().map(|store| store.id).collect())
}

/// Begins an import of the tenant's.
pub(crate) async fn import(world: &World, url: &str, stores: StoreChoice) -> Result<Started> {
    import_as(
        world,
        &world.tenant,
        NewImage::named("imported"),
        url,
        stores,
    )
    .await
}

pub(crate) async fn import_as(
    world: &World,
    owner: &Tenant,
    new: NewImage,
    url: &str,
    stores: StoreChoice,
) -> Result<Started> {
    let import = Import {
        url: url.into(),
        stores,
        job: None,
    };
    world.app.import_image(&owner.caller, new, import).await
}

/// Whether QEMU reads the same from both disks.
pub(crate) fn assert_same_disk(a: &Path, a_format: &str, b: &Path, b_format: &str) {
    let (a, b) = (a.display().to_string(), b.display().to_string());
    tool(
        "qemu-img",
        &["compare", "-f", a_format, "-F", b_format, &a, &b],
    );
}

/// The names of an error's variants, for comparisons.
pub(crate) fn kind(error: &Error) -> String {
    let text = format!("{error:?}");
    let end = text
        .find(|c: char| !c.is_alphanumeric())
        .unwrap_or(text.len());
    text[..end].to_owned()
}

/// Compares the kind of an outcome's error.
#[track_caller]
pub(crate) fn assert_refused<T: std::fmt::Debug>(outcome: Result<T>, expected: &str) -> Error {
    let error = outcome.expect_err("this must be refused");
    assert_eq!(kind(&error), expected, "{error:?}");
    error
}

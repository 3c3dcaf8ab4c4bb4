//! The test world as the transcripts of this face know it: a tenant with an image, a machine and
//! an access key, a stranger with nothing, and a public image of the administrator's.

use axum::http::Method;
use gaze_app::{
    Login, NewImage, NewSnapshot, NewStore, NewUser, ProjectPatch, ScopeWish, Secret, UserName,
};
use gaze_domain::access::TokenKind;
use gaze_domain::image::Os;
use gaze_domain::{
    Architecture, ByteCount, ImageId, Media, Role, SnapshotId, StoreId, StoreKind, Visibility,
};
use gaze_face_zstack::{Config, router};
use gaze_http::signature::zstack::sign;
use gaze_testkit::transcript::{Givens, Stage};
use gaze_testkit::{Tenant, World};

use crate::qemu::Holder;

/// SHA-512 of everybody's password, as clients send it.
const PASSWORD_SHA512: &str = "56b698defedb5a435b634afe3320bbaf3fdcd920b6c503a446fc7b7a776b298d\
                               479d1ba6a8b617808eb0bf579ce9a95d668347bcab7149085ac93cb27995197b";

/// Understands `full quota` (the tenant may have no more images), `running machine`, `read-only
/// pool` (no disk may be written), and `lost store` (the folder of the small store has gone).
pub(crate) async fn stage(givens: &Givens) -> Stage {
    let database = gaze_sql::testing::sqlite().await;
    let world = World::with(database, |settings| {
        if givens.has("read-only pool") {
            settings.write_dirs.clear();
        }
    })
    .await;
    let url = world.import_file("tiny.raw", &content());
    let image = NewImage {
        architecture: Some(Architecture::X86_64),
        os: Os {
            guest_type: Some("Linux".into()),
            ..Os::default()
        },
        ..NewImage::named("TinyLinux")
    };
    let image = import(&world, &world.tenant, image, &url).await;
    let disc = NewImage {
        media: Media::Iso,
        visibility: Visibility::Public,
        ..NewImage::named("PublicDisc")
    };
    let disc = import(&world, &world.admin, disc, &url).await;

    let small_store = small_store(&world).await;
    if givens.has("lost store") {
        let lost = world.app.get_store(&world.admin.caller, small_store).await;
        std::fs::remove_dir_all(lost.unwrap().url).unwrap();
    }
    let truncated_url = world.import_file("truncated.qcow2", b"QFI\xfb\0\0\0\x03");
    let overlay = std::fs::read(&world.root.path).unwrap();
    let leaning_url = world.import_file("leaning.qcow2", &overlay);

    let date = world
        .app
        .now()
        .strftime("%a, %d %b %Y %H:%M:%S UTC")
        .to_string();
    let path = format!("/v1/vm-instances/{}/image-candidates", world.machine.id);
    let key = &world.tenant.key;
    let signature = sign(&key.secret, &Method::GET, &date, &path);

    if givens.has("full quota") {
        let patch = ProjectPatch {
            max_image_count: Some(Some(1)),
            ..ProjectPatch::default()
        };
        let full = world
            .app
            .update_project(&world.admin.caller, world.tenant.project.id, patch)
            .await;
        full.unwrap();
    }
    let snapshot = snapshot(&world).await;
    let running = givens.has("running machine");
    let holder = running.then(|| Holder::of(world.root.path.as_ref()));
    Stage::new(router(world.app.clone(), Config::default()))
        .given("session", &world.tenant.session)
        .given("other_session", &world.stranger.session)
        .given("reader_session", reader(&world).await)
        .given("admin_session", &world.admin.session)
        .given("password", PASSWORD_SHA512)
        .given("account", world.tenant.project.id)
        .given("other_account", world.stranger.project.id)
        .given("user", world.tenant.user.id)
        .given("store", world.store.id)
        .given("store_url", &world.store.url)
        .given("small_store", small_store)
        .given("file_url", &url)
        .given("truncated_url", truncated_url)
        .given(
            "short_url",
            world.import_file("short.raw", &content()[..1000]),
        )
        .given("leaning_url", leaning_url)
        .given("missing_url", url.replace("tiny", "missing"))
        .given("image", image)
        .given("image_url", &url)
        .given("public_image", disc)
        // The tenant's image and the public disc.
        .given("visible", 2)
        .given("vm", world.machine.id)
        .given("volume", world.root.id)
        .given("snapshot", snapshot)
        .given("zone", world.zone.id)
        .given("cluster", world.machine.cluster)
        .given("pool", world.root.pool)
        .given("disks", world.disks().display())
        .given("key", key.id)
        .given("key_id", &key.access)
        .given("date", date)
        .given("signature", signature)
        .keep((holder, world))
}

/// A disk of 1 MiB that is of no format but raw.
fn content() -> Vec<u8> {
    (0_u8..=250).cycle().take(1 << 20).collect()
}

/// A session of a user of the tenant's who may change nothing.
pub(crate) async fn reader(world: &World) -> String {
    let new = NewUser {
        name: "reader".into(),
        project: world.tenant.project.id,
        role: Role::Reader,
        password: Some(world.tenant.password.into()),
    };
    let made = world.app.create_user(&world.admin.caller, new).await;
    let login = Login {
        user: UserName::Id(made.unwrap().0.id),
        secret: Secret::Clear(world.tenant.password.into()),
        kind: TokenKind::Session,
        scope: ScopeWish::Default,
    };
    world.app.login(login).await.unwrap().token
}

/// The file below the machine's root disk, as its snapshot.
async fn snapshot(world: &World) -> SnapshotId {
    let new = NewSnapshot {
        id: None,
        name: "before".into(),
        description: None,
        path: world.disks().join("base.raw"),
    };
    let made = world
        .app
        .add_snapshot(&world.admin.caller, world.root.id, new);
    made.await.unwrap().snapshot.id
}

/// A store with room for 4 KiB.
async fn small_store(world: &World) -> StoreId {
    let new = NewStore {
        id: None,
        region: world.region.id,
        name: "small".into(),
        description: None,
        kind: StoreKind::Fs,
        url: None,
        host: None,
        medium: None,
        capacity: Some(ByteCount(4096)),
        zones: vec![world.zone.id],
    };
    let made = world.app.create_store(&world.admin.caller, new).await;
    made.unwrap().id
}

async fn import(world: &World, owner: &Tenant, new: NewImage, url: &str) -> ImageId {
    let work = world.import(owner, new, url.to_owned()).await;
    assert!(work.failure.is_none(), "{:?}", work.failure);
    work.image.unwrap()
}

//! The service on which transcripts are played: the test world with Beijing, where every image
//! is, and Guangzhou, which has zones alone.

use std::future::pending;

use futures_util::stream::{self, StreamExt as _};
use gaze_app::{
    App, BodyStream, DeleteMode, Import, NewImage, NewRegion, NewStore, NewZone, StoreChoice,
    Upload, WorkList,
};
use gaze_domain::image::Os;
use gaze_domain::{
    Architecture, Caller, DiskFormat, ImageId, JobId, Media, MemberState, Store, StoreKind,
    Visibility,
};
use gaze_face_didi::Config;
use gaze_http::Metrics;
use gaze_testkit::transcript::{Givens, Stage};
use gaze_testkit::{Tenant, World};

/// Bytes of every image here.
const SIZE: usize = 1 << 20;

struct Set {
    world: World,
    store: Store,
}

pub(crate) async fn set(givens: &Givens) -> Stage {
    let world = World::new().await;
    let (app, admin) = (&world.app, &world.admin.caller);
    let store = beijing(app, admin).await;
    guangzhou(app, admin).await;
    let router = gaze_face_didi::router(app.clone(), Config::default());
    let router = gaze_http::observe(router, "didi", world.runtime.clone(), Metrics::default());
    let mut stage = Stage::new(router)
        .given("token", &world.tenant.api_token)
        .given("session", &world.tenant.session)
        .given("login", &world.tenant.login)
        .given("other_token", &world.stranger.api_token)
        .given("admin_token", &world.admin.api_token)
        .given("store:1", store.id);
    let set = Set { world, store };
    for name in &givens.names {
        stage = set.put(name, stage).await;
    }
    stage.keep(set.world)
}

async fn beijing(app: &App, admin: &Caller) -> Store {
    let zones = region(app, admin, "bj", "北京", &[("bj01", "北京一区")]).await;
    let store = NewStore {
        id: None,
        region: zones[0].region,
        name: "files-bj01-ssd".into(),
        description: None,
        kind: StoreKind::Fs,
        url: None,
        host: None,
        medium: Some("SSD".into()),
        capacity: None,
        zones: vec![zones[0].id],
    };
    app.create_store(admin, store).await.unwrap()
}

async fn guangzhou(app: &App, admin: &Caller) {
    let zones = [("gz01", "广州一区"), ("gz02", "广州二区")];
    region(app, admin, "gz", "广州", &zones).await;
}

async fn region(
    app: &App,
    admin: &Caller,
    name: &str,
    title: &str,
    zones: &[(&str, &str)],
) -> Vec<gaze_domain::Zone> {
    let region = NewRegion {
        name: name.into(),
        title: Some(title.into()),
    };
    let region = app.create_region(admin, region).await.unwrap();
    let mut made = Vec::new();
    for (name, description) in zones {
        let zone = NewZone {
            id: None,
            region: region.id,
            name: (*name).into(),
            description: Some((*description).into()),
        };
        made.push(app.create_zone(admin, zone).await.unwrap());
    }
    made
}

impl Set {
    /// Puts what transcripts call by that name.
    async fn put(&self, name: &str, stage: Stage) -> Stage {
        let World {
            app,
            tenant,
            stranger,
            ..
        } = &self.world;
        match name {
            "published image" => {
                let image = NewImage {
                    os: os("CentOS", "7"),
                    architecture: Some(Architecture::X86_64),
                    min_disk_gib: 8,
                    ..NewImage::named("北京02")
                };
                stage.given("image:1", self.image(tenant, image).await)
            }
            "second image" => {
                let image = NewImage::named("北京03");
                stage.given("image:2", self.image(tenant, image).await)
            }
            "offered image" | "shared image" => {
                let id = self.image(stranger, NewImage::named("给你的")).await;
                let with = tenant.project.id;
                app.add_member(&stranger.caller, id, with, MemberState::Pending)
                    .await
                    .unwrap();
                if name == "shared image" {
                    app.set_member_state(&tenant.caller, id, with, MemberState::Accepted)
                        .await
                        .unwrap();
                }
                stage.given("image:3", id)
            }
            "disabled image" => {
                let id = self.image(tenant, NewImage::named("关着的")).await;
                self.switch_off(id).await;
                stage.given("image:4", id)
            }
            "deleted image" => {
                let id = self.image(tenant, NewImage::named("删掉的")).await;
                app.delete_image(&tenant.caller, id, DeleteMode::Delay)
                    .await
                    .unwrap();
                stage
            }
            "data disk" => {
                let image = NewImage {
                    media: Media::DataDisk,
                    ..NewImage::named("数据盘")
                };
                self.image(tenant, image).await;
                stage
            }
            "public image" => stage.given("image:6", self.public("Ubuntu-16.04").await),
            "disabled public image" => {
                let id = self.public("Ubuntu-14.04").await;
                self.switch_off(id).await;
                stage
            }
            "upload under way" => {
                let (id, job) = self.unfinished_upload("路上的").await;
                stage.given("image:5", id).given("job:1", job)
            }
            "import" => {
                let image = NewImage {
                    format: Some(DiskFormat::Raw),
                    ..NewImage::named("来了的")
                };
                let (id, job) = self.import(image, "whole.raw", &vec![b'g'; SIZE]).await;
                stage.given("image:5", id).given("job:1", job)
            }
            "failing import" => {
                let damaged = b"QFI\xfb\0\0\0\x03 and nothing more";
                let image = NewImage::named("坏掉的");
                let (id, job) = self.import(image, "damaged.qcow2", damaged).await;
                stage.given("image:7", id).given("job:2", job)
            }
            unknown => panic!("no fixture is called {unknown:?}"),
        }
    }

    fn here(&self) -> StoreChoice {
        StoreChoice::Named(vec![self.store.id])
    }

    /// An image with bytes.
    async fn image(&self, owner: &Tenant, new: NewImage) -> ImageId {
        let new = NewImage {
            format: Some(DiskFormat::Raw),
            ..new
        };
        let app = &self.world.app;
        let image = app.create_image(&owner.caller, new).await.unwrap();
        let upload = Upload {
            declared_len: Some(SIZE as u64),
            stores: self.here(),
            body: Box::pin(stream::iter([Ok(vec![b'g'; SIZE].into())])),
        };
        let image = app.upload_image(&owner.caller, image.id, upload).await;
        image.unwrap().id
    }

    async fn public(&self, name: &str) -> ImageId {
        let image = NewImage {
            visibility: Visibility::Public,
            description: Some("public".into()),
            os: os("Ubuntu", "16.04"),
            ..NewImage::named(name)
        };
        self.image(&self.world.admin, image).await
    }

    async fn switch_off(&self, id: ImageId) {
        let World { app, admin, .. } = &self.world;
        app.change_image_state(&admin.caller, id, false)
            .await
            .unwrap();
    }

    /// An upload whose client has sent half of what it announced and then says nothing.
    async fn unfinished_upload(&self, name: &str) -> (ImageId, JobId) {
        let World { app, tenant, .. } = &self.world;
        let caller = tenant.caller.clone();
        let image = app.create_image(&caller, NewImage::named(name)).await;
        let id = image.unwrap().id;
        let half: BodyStream = Box::pin(stream::iter([Ok(vec![b'g'; SIZE / 2].into())]));
        let upload = Upload {
            declared_len: Some(SIZE as u64),
            stores: self.here(),
            body: Box::pin(half.chain(stream::once(pending()))),
        };
        let sending = app.clone();
        tokio::spawn(async move { sending.upload_image(&caller, id, upload).await });
        let list = WorkList {
            image: Some(id),
            unfinished_only: true,
            after: None,
            limit: 1,
        };
        loop {
            let begun = app.list_work(&tenant.caller, list.clone()).await.unwrap();
            if let Some(work) = begun.first() {
                return (id, work.id);
            }
            tokio::task::yield_now().await;
        }
    }

    async fn import(&self, new: NewImage, file: &str, bytes: &[u8]) -> (ImageId, JobId) {
        let import = Import {
            url: self.world.import_file(file, bytes),
            stores: self.here(),
            job: None,
        };
        let World { app, tenant, .. } = &self.world;
        let started = app.import_image(&tenant.caller, new, import).await.unwrap();
        (started.image.id, started.job)
    }
}

fn os(distro: &str, version: &str) -> Os {
    Os {
        distro: Some(distro.into()),
        version: Some(version.into()),
        guest_type: None,
    }
}

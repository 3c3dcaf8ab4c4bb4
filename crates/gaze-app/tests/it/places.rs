//! Regions, zones, stores, pools; the first start and the second.

use gaze_app::{App, NewPool, NewRegion, NewStore, NewZone, Place, Settings};
use gaze_domain::{PoolKind, StoreKind, StoreStatus};
use gaze_testkit::{TestRuntime, World};

use crate::accounts::{check, check_app};
use crate::harness::{
    announced, assert_refused, at_rest, noise, queued, store, worlds, worlds_with,
};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_use_is_not_removed() {
    for world in worlds().await {
        let (app, admin) = (&world.app, &world.admin.caller);
        let image = world.image("one").await;
        assert_refused(app.delete_store(admin, world.store.id).await, "InUse");
        assert_refused(app.delete_region(admin, world.region.id).await, "InUse");
        assert_refused(app.delete_zone(admin, world.zone.id).await, "InUse");
        assert_refused(app.delete_pool(admin, world.root.pool).await, "InUse");
        assert_refused(
            app.delete_cluster(admin, world.machine.cluster).await,
            "InUse",
        );
        let tenant = &world.tenant.caller;
        assert_refused(app.delete_store(tenant, world.store.id).await, "Forbidden");
        assert_refused(app.delete_zone(tenant, world.zone.id).await, "Forbidden");
        app.delete_image(tenant, image.id, gaze_app::DeleteMode::Now)
            .await
            .unwrap();
        at_rest(app, image.id).await;
        app.delete_store(admin, world.store.id).await.unwrap();
        assert_refused(app.get_store(admin, world.store.id).await, "NotFound");
        app.remove_instance(admin, world.machine.id).await.unwrap();
        assert_refused(app.get_volume(admin, world.root.id).await, "NotFound");
        assert!(
            std::path::Path::new(&world.root.path).exists(),
            "files are not touched"
        );
        app.delete_pool(admin, world.root.pool).await.unwrap();
        app.delete_cluster(admin, world.machine.cluster)
            .await
            .unwrap();
        app.delete_zone(admin, world.zone.id).await.unwrap();
        app.delete_region(admin, world.region.id).await.unwrap();
        assert_refused(app.delete_region(admin, world.region.id).await, "NotFound");
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_places_are_unique_and_plain() {
    for world in worlds().await {
        let (app, admin) = (&world.app, &world.admin.caller);
        let region = |name: &str| NewRegion {
            name: name.into(),
            title: None,
        };
        assert_refused(
            app.create_region(admin, region("region-1")).await,
            "AlreadyExists",
        );
        for name in ["", "a b", "../x", ".hidden", "a/b", &"x".repeat(65)] {
            assert_refused(app.create_region(admin, region(name)).await, "Invalid");
        }
        assert_refused(
            app.create_region(&world.tenant.caller, region("x")).await,
            "Forbidden",
        );
        let other = app.create_region(admin, region("华北-2")).await.unwrap();
        let zone = NewZone {
            id: None,
            region: other.id,
            name: "zone-9".into(),
            description: None,
        };
        let zone = app.create_zone(admin, zone).await.unwrap();
        // A store serves zones of its own region.
        let tried = app.attach_store(admin, world.store.id, zone.id).await;
        assert_refused(tried, "Invalid");
        let ceph = NewPool {
            id: None,
            zone: zone.id,
            name: "pool".into(),
            description: None,
            kind: PoolKind::Ceph,
            path: None,
            fsid: None,
        };
        assert_refused(app.create_pool(admin, ceph).await, "Invalid");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_is_made_only_in_folders_for_stores() {
    let elsewhere = tempfile::tempdir().unwrap();
    let allowed = elsewhere.path().join("allowed");
    std::fs::create_dir(&allowed).unwrap();
    std::fs::create_dir(elsewhere.path().join("other")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path().join("other"), allowed.join("link")).unwrap();
    let dirs = vec![allowed.clone()];
    for (number, world) in worlds_with(|settings| settings.store_dirs.clone_from(&dirs))
        .await
        .into_iter()
        .enumerate()
    {
        let (app, admin) = (&world.app, &world.admin.caller);
        let new = |name: &str, url: Option<String>| NewStore {
            id: None,
            region: world.region.id,
            name: name.into(),
            description: None,
            kind: StoreKind::Fs,
            url,
            host: None,
            medium: None,
            capacity: None,
            zones: Vec::new(),
        };
        let at = |name: &str| Some(allowed.join(name).display().to_string());
        for url in [
            Some(elsewhere.path().join("other/x").display().to_string()),
            at("link"),
            at("link/x"),
            at("../other/x"),
            at("none/x"),
            Some(format!("{}/blobs/x", world.store.url)),
            Some(format!("{}/x", world.store.url)),
            Some(world.store.url.clone()),
            Some("/".into()),
            Some("relative".into()),
            Some("/tmp/gaze-not-allowed".into()),
        ] {
            let tried = app.create_store(admin, new("bad", url.clone())).await;
            assert!(tried.is_err(), "{url:?}");
            assert_refused(tried, "Invalid");
        }
        assert_refused(
            app.create_store(admin, new("store-1", None)).await,
            "AlreadyExists",
        );
        let s3 = NewStore {
            id: None,
            kind: StoreKind::S3,
            ..new("s3", None)
        };
        assert_refused(app.create_store(admin, s3).await, "Invalid");
        assert_refused(
            app.create_store(&world.tenant.caller, new("x", None)).await,
            "Forbidden",
        );
        let name = format!("good-{number}");
        let made = app
            .create_store(admin, new(&name, at(&name)))
            .await
            .unwrap();
        assert_eq!(made.url, at(&name).unwrap());
        assert!(made.capacity.0 > 0);
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_goes_away_is_noticed_and_found_again() {
    for world in worlds().await {
        let (app, admin) = (&world.app, &world.admin.caller);
        let second = store(&world, "second", 1 << 30).await;
        let away = format!("{}-away", second.url);
        std::fs::rename(&second.url, &away).unwrap();
        app.round().await.unwrap();
        let seen = app.get_store(admin, second.id).await.unwrap();
        assert_eq!(seen.status, StoreStatus::Disconnected);
        let id = queued(&world, None).await.id;
        let upload = gaze_app::Upload {
            stores: crate::harness::named(&[&second]),
            ..announced(&noise(10))
        };
        let tried = app.upload_image(&world.tenant.caller, id, upload).await;
        assert_refused(tried, "Unreachable");
        std::fs::rename(&away, &second.url).unwrap();
        app.round().await.unwrap();
        let seen = app.get_store(admin, second.id).await.unwrap();
        assert_eq!(seen.status, StoreStatus::Connected);
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_finds_everything_and_sweeps_what_nobody_knows() {
    for database in gaze_sql::testing::databases().await {
        let folder = tempfile::tempdir().unwrap();
        let settings = || Settings {
            store_headroom: 0,
            ..Settings::new(folder.path().to_owned())
        };
        let place = Place {
            region: "region-1".into(),
            zone: "zone-1".into(),
        };
        let runtime = std::sync::Arc::new(TestRuntime::default());
        let app = App::open(database.db.clone(), settings(), runtime.clone())
            .await
            .unwrap();
        let first = app.first_start(&place, None).await.unwrap().unwrap();
        assert!(app.first_start(&place, None).await.unwrap().is_none());
        let running = app.run().await.unwrap();
        running.swept().await;
        let admin = first.admin;
        let made = app
            .create_image(&admin, gaze_app::NewImage::named("one"))
            .await
            .unwrap();
        let image = app
            .upload_image(&admin, made.id, announced(&noise(1000)))
            .await
            .unwrap();
        let store = app.list_stores(&admin).await.unwrap().remove(0);
        running.stop().await.unwrap();
        let root = std::path::Path::new(&store.url);
        std::fs::write(root.join("tmp").join("left"), "x").unwrap();
        std::fs::create_dir_all(root.join("blobs/images/gone")).unwrap();
        std::fs::write(root.join("blobs/images/gone/copy"), "x").unwrap();
        let db = gaze_sql::Db::open(&database.target).await.unwrap();
        let app = App::open(db, settings(), runtime).await.unwrap();
        assert!(app.first_start(&place, None).await.unwrap().is_none());
        let running = app.run().await.unwrap();
        running.swept().await;
        assert_eq!(app.get_image(&admin, image.id).await.unwrap(), image);
        let caller = app.authenticate_token(&first.token.token).await.unwrap();
        assert_eq!(caller.user, admin.user);
        check_app(&app, &admin).await;
        running.stop().await.unwrap();
    }
}

/// The folder of the first store was made, and then the process was killed.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_that_was_killed_is_done_again() {
    for database in gaze_sql::testing::databases().await {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::new(folder.path().to_owned());
        let runtime = std::sync::Arc::new(TestRuntime::default());
        let app = App::open(database.db.clone(), settings, runtime)
            .await
            .unwrap();
        let bad = Place {
            region: "region-1".into(),
            zone: "zone-1".into(),
        };
        // Half a first start: the settled id and the folder, and nothing in the catalogue.
        let id = gaze_domain::StoreId::new(app.new_uuid());
        database
            .db
            .write::<_, gaze_sql::SqlError, _>(move |tx| {
                Box::pin(async move {
                    let sql = "INSERT INTO setting (name, value) VALUES ('first_store', $1)";
                    tx.execute(sql, &[id.hex().into()]).await.map(drop)
                })
            })
            .await
            .unwrap();
        let root = folder.path().join("stores");
        std::fs::create_dir(&root).unwrap();
        gaze_blob::FsStore::create(root.join("store-1"), &id.hex())
            .await
            .unwrap();
        let first = app.first_start(&bad, None).await.unwrap().unwrap();
        let stores = app.list_stores(&first.admin).await.unwrap();
        assert_eq!(stores.len(), 1);
        assert_eq!(stores[0].id, id);
        check_app(&app, &first.admin).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_s_disk_is_registered_once_and_only_from_allowed_folders() {
    let world = World::new().await;
    let (app, admin) = (&world.app, &world.admin.caller);
    let outside = world.data().join("outside.raw");
    std::fs::write(&outside, noise(1000)).unwrap();
    std::fs::write(world.disks().join("disk.vmdk"), b"KDMV\x01\0\0\0").unwrap();
    let new = |disk: std::path::PathBuf| gaze_app::NewVolume {
        name: "v".into(),
        project: None,
        pool: world.root.pool,
        instance: None,
        role: gaze_domain::VolumeRole::Data,
        disk,
        disk_format: None,
    };
    for disk in [
        outside,
        world.disks().join("none.raw"),
        world.disks(),
        "relative.raw".into(),
    ] {
        assert_refused(app.add_volume(admin, new(disk)).await, "Invalid");
    }
    let same = app.add_volume(admin, new((&world.root.path).into())).await;
    assert_refused(same, "AlreadyExists");
    let tried = app.add_volume(&world.tenant.caller, new("/x".into())).await;
    assert_refused(tried, "Forbidden");
}

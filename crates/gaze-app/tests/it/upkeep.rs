//! Zones, clusters, stores and pools as an operator looks after them.

use gaze_app::{ClusterPatch, NewPool, NewStore, PoolPatch, StoreChoice, StorePatch, ZonePatch};
use gaze_domain::{PoolKind, StoreKind, StoreStatus};
use gaze_testkit::World;

use crate::accounts::check;
use crate::capture::capture;
use crate::harness::{assert_refused, finished, store, worlds};

#[tokio::test(flavor = "multi_thread")]
async fn a_store_is_renamed_and_connected_anew() {
    for world in worlds().await {
        let (app, admin, tenant) = (&world.app, &world.admin.caller, &world.tenant.caller);
        let other = store(&world, "other", 4096).await;
        let patch = |name: &str| StorePatch {
            name: Some(name.into()),
            description: Some(Some("said".into())),
        };
        let renamed = app.update_store(admin, other.id, patch("another")).await;
        let renamed = renamed.unwrap();
        assert_eq!(renamed.name, "another");
        assert_eq!(renamed.description.as_deref(), Some("said"));
        let taken = app
            .update_store(admin, other.id, patch(&world.store.name))
            .await;
        assert_refused(taken, "AlreadyExists");
        assert_refused(
            app.update_store(admin, other.id, patch("a b")).await,
            "Invalid",
        );
        assert_refused(
            app.update_store(tenant, other.id, patch("x")).await,
            "Forbidden",
        );
        assert_refused(app.reconnect_store(tenant, other.id).await, "Forbidden");

        let away = format!("{}-away", other.url);
        std::fs::rename(&other.url, &away).unwrap();
        assert_refused(app.reconnect_store(admin, other.id).await, "Unreachable");
        let seen = app.get_store(tenant, other.id).await.unwrap();
        assert_eq!(seen.status, StoreStatus::Disconnected);
        std::fs::rename(&away, &other.url).unwrap();
        let seen = app.reconnect_store(admin, other.id).await.unwrap();
        assert_eq!(seen.status, StoreStatus::Connected);
        // What the operator allows is the limit, however much the disk has.
        assert_eq!(seen.capacity.0, 4096);
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_never_promises_more_than_its_disk_has() {
    for world in worlds().await {
        let (app, admin) = (&world.app, &world.admin.caller);
        let greedy = store(&world, "greedy", 1 << 60).await;
        assert!(greedy.capacity.0 < 1 << 60, "{greedy:?}");
        let seen = app.reconnect_store(admin, greedy.id).await.unwrap();
        assert_eq!(seen.limit, greedy.limit);
        assert!(seen.capacity.0 < 1 << 60, "{seen:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_store_is_on_this_machine() {
    let world = World::new().await;
    let (app, admin) = (&world.app, &world.admin.caller);
    let new = |name: &str, host: &str| NewStore {
        id: None,
        region: world.region.id,
        name: name.into(),
        description: None,
        kind: StoreKind::Fs,
        url: None,
        host: Some(host.into()),
        medium: None,
        capacity: None,
        zones: Vec::new(),
    };
    let tried = app.create_store(admin, new("far", "192.0.2.1")).await;
    assert_refused(tried, "Invalid");
    assert!(!world.data().join("stores/far").exists());
    let made = app.create_store(admin, new("near", "127.0.0.1")).await;
    assert_eq!(made.unwrap().host.as_deref(), Some("127.0.0.1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_is_a_folder_that_disks_may_be_in() {
    for world in worlds().await {
        let (app, admin, tenant) = (&world.app, &world.admin.caller, &world.tenant.caller);
        let folder = world.disks().join("pool");
        std::fs::create_dir(&folder).unwrap();
        let new = |name: &str, path: &std::path::Path| NewPool {
            id: None,
            zone: world.zone.id,
            name: name.into(),
            description: None,
            kind: PoolKind::Local,
            path: Some(path.display().to_string()),
            fsid: None,
        };
        let outside = app.create_pool(admin, new("outside", world.data())).await;
        assert_refused(outside, "Invalid");
        let missing = app.create_pool(admin, new("m", &folder.join("none"))).await;
        assert_refused(missing, "Invalid");
        let made = app
            .create_pool(admin, new("inside", &folder))
            .await
            .unwrap();
        let seen = app.list_seen_pools(tenant).await.unwrap();
        let seen = seen.iter().find(|seen| seen.pool == made).unwrap();
        assert!(seen.reachable && seen.room.is_some_and(|room| room.total > 0));
        assert_eq!(seen.clusters, [world.machine.cluster]);
        std::fs::remove_dir(&folder).unwrap();
        assert_refused(app.reconnect_pool(tenant, made.id).await, "Forbidden");
        assert_refused(app.reconnect_pool(admin, made.id).await, "Unreachable");
        let seen = app.list_seen_pools(tenant).await.unwrap();
        assert!(!seen.iter().any(|seen| seen.pool == made && seen.reachable));
        app.delete_pool(admin, made.id).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_image_is_made_of_a_disabled_pool() {
    for world in worlds().await {
        let (app, admin, tenant) = (&world.app, &world.admin.caller, &world.tenant.caller);
        let enabled = |enabled| PoolPatch {
            enabled: Some(enabled),
            ..PoolPatch::default()
        };
        let pool = world.root.pool;
        assert_refused(
            app.update_pool(tenant, pool, enabled(false)).await,
            "Forbidden",
        );
        app.update_pool(admin, pool, enabled(false)).await.unwrap();
        let tried = capture(&world, tenant, world.root.id, StoreChoice::Auto).await;
        assert_refused(tried, "Unreachable");
        app.update_pool(admin, pool, enabled(true)).await.unwrap();
        let started = capture(&world, tenant, world.root.id, StoreChoice::Auto).await;
        finished(app, started.unwrap().job).await;
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn zones_and_clusters_are_renamed_by_the_administrator() {
    for world in worlds().await {
        let (app, admin, tenant) = (&world.app, &world.admin.caller, &world.tenant.caller);
        let patch = ZonePatch {
            name: Some("zone-x".into()),
            description: Some(Some("said".into())),
            enabled: Some(false),
        };
        let zone = world.zone.id;
        assert_refused(
            app.update_zone(tenant, zone, patch.clone()).await,
            "Forbidden",
        );
        let changed = app.update_zone(admin, zone, patch).await.unwrap();
        assert_eq!((changed.name.as_str(), changed.enabled), ("zone-x", false));
        assert_eq!(app.get_zone(tenant, zone).await.unwrap(), changed);
        let patch = ClusterPatch {
            name: Some("cluster-x".into()),
            description: Some(Some("said".into())),
        };
        let cluster = world.machine.cluster;
        assert_refused(
            app.update_cluster(tenant, cluster, patch.clone()).await,
            "Forbidden",
        );
        let changed = app.update_cluster(admin, cluster, patch).await.unwrap();
        assert_eq!(changed.description.as_deref(), Some("said"));
        assert_eq!(app.get_cluster(tenant, cluster).await.unwrap(), changed);
    }
}

//! Regions, zones, clusters, pools, instances, volumes, domains and settings.

use gaze_catalog::{cluster, domain, instance, pool, region, setting, volume, zone};
use gaze_domain::{
    Architecture, ByteCount, Cluster, DiskFormat, Error, Firmware, Instance, InstanceId, Noun,
    Platform, Pool, PoolKind, Region, Volume, VolumeId, VolumeRole, Zone,
};
use uuid::Uuid;

use crate::world::{
    CLUSTER, POOL, ZONE, assert_error, at, cluster_, cluster_id, domain_, domain_id, empty,
    image_id, pool_, pool_id, project_id, region_, region_id, small, write, zone_, zone_id,
};

fn instance_(n: u128) -> Instance {
    Instance {
        id: InstanceId::new(Uuid::from_u128(n)),
        owner: project_id(1),
        zone: zone_id(ZONE),
        cluster: cluster_id(CLUSTER),
        name: format!("instance-{n}"),
        description: None,
        image: None,
        root_volume: None,
        platform: Platform::Linux,
        architecture: Architecture::X86_64,
        guest_os: None,
        firmware: None,
        virtio: false,
        created_at: at(i64::try_from(n).unwrap()),
        updated_at: at(1),
    }
}

fn volume_(n: u128, instance: Option<u128>) -> Volume {
    Volume {
        id: VolumeId::new(Uuid::from_u128(n)),
        owner: project_id(1),
        pool: pool_id(POOL),
        instance: instance.map(|n| InstanceId::new(Uuid::from_u128(n))),
        image: None,
        last_instance: None,
        detached_at: None,
        name: format!("volume-{n}"),
        role: VolumeRole::Data,
        format: DiskFormat::Qcow2,
        path: format!("/vms/{n}.qcow2"),
        size: ByteCount(7),
        allocated: ByteCount(3),
        created_at: at(i64::try_from(n).unwrap()),
        updated_at: at(1),
    }
}

#[tokio::test]
async fn domains_are_found_by_id_and_name() {
    for world in empty().await {
        let mut read = world.catalog.read();
        for n in [2, 1] {
            write!(world, |tx| domain::insert(tx, &domain_(n))).unwrap();
        }
        assert_error!(
            write!(world, |tx| domain::insert(tx, &domain_(1))),
            Error::AlreadyExists {
                noun: Noun::Domain,
                ..
            }
        );
        let found = domain::find(&mut read, domain_id(1)).await.unwrap();
        assert_eq!(found, Some(domain_(1)));
        let found = domain::find_by_name(&mut read, "domain-2").await.unwrap();
        assert_eq!(found, Some(domain_(2)));
        let found = domain::find_by_name(&mut read, "DOMAIN-2").await.unwrap();
        assert_eq!(found, None);
        let all = domain::list(&mut read).await.unwrap();
        assert_eq!(all, [domain_(1), domain_(2)], "{}", world.name);
    }
}

#[tokio::test]
async fn a_region_is_removed_only_when_it_is_empty() {
    for world in small().await {
        let mut read = world.catalog.read();
        let other = Region {
            id: region_id(9),
            ..region_(1)
        };
        assert_error!(
            write!(world, |tx| region::insert(tx, &other)),
            Error::AlreadyExists { noun: Noun::Region, id } if id == "region-1"
        );
        let empty = Region {
            title: "北京".into(),
            created_at: at(0),
            ..region_(3)
        };
        let copy = empty.clone();
        write!(world, |tx| region::insert(tx, &copy)).unwrap();
        let listed = region::list(&mut read).await.unwrap();
        assert_eq!(listed, [empty.clone(), region_(1), region_(2)]);
        let found = region::find_by_name(&mut read, "region-3").await.unwrap();
        assert_eq!(found, Some(empty));

        write!(world, |tx| region::delete(tx, region_id(3))).unwrap();
        assert_eq!(region::find(&mut read, region_id(3)).await.unwrap(), None);
        assert_error!(
            write!(world, |tx| region::delete(tx, region_id(3))),
            Error::NotFound {
                noun: Noun::Region,
                ..
            }
        );
        assert_error!(
            write!(world, |tx| region::delete(tx, region_id(1))),
            Error::InUse {
                noun: Noun::Region,
                ..
            }
        );
        assert!(
            region::find(&mut read, region_id(1))
                .await
                .unwrap()
                .is_some()
        );
    }
}

#[tokio::test]
async fn a_zone_is_removed_only_when_nothing_refers_to_it() {
    for world in small().await {
        let mut read = world.catalog.read();
        let plain = Zone {
            description: Some("d".into()),
            enabled: false,
            updated_at: at(5),
            ..zone_(3, 2)
        };
        let copy = plain.clone();
        write!(world, |tx| zone::insert(tx, &copy)).unwrap();
        assert_eq!(zone::get(&mut read, zone_id(3)).await.unwrap(), plain);
        assert_eq!(zone::list(&mut read).await.unwrap()[2], plain);
        assert_error!(
            write!(world, |tx| zone::insert(tx, &zone_(3, 1))),
            Error::AlreadyExists {
                noun: Noun::Zone,
                ..
            }
        );

        // An instance may stand in another zone than its cluster's.
        let stray = Instance {
            zone: zone_id(3),
            ..instance_(1)
        };
        write!(world, |tx| instance::insert(tx, &stray)).unwrap();
        for used in [1, 2, 3] {
            assert_error!(
                write!(world, |tx| zone::delete(tx, zone_id(used))),
                Error::InUse {
                    noun: Noun::Zone,
                    ..
                }
            );
        }
        write!(world, |tx| instance::delete(tx, instance_(1).id)).unwrap();
        write!(world, |tx| zone::delete(tx, zone_id(3))).unwrap();
        assert_error!(
            write!(world, |tx| zone::delete(tx, zone_id(3))),
            Error::NotFound {
                noun: Noun::Zone,
                ..
            }
        );
    }
}

#[tokio::test]
async fn clusters_and_pools_are_found_and_removed_when_unused() {
    for world in small().await {
        let mut read = world.catalog.read();
        let young = Cluster {
            architecture: Architecture::Aarch64,
            created_at: at(2),
            ..cluster_(2)
        };
        let copy = young.clone();
        write!(world, |tx| cluster::insert(tx, &copy)).unwrap();
        assert_error!(
            write!(world, |tx| cluster::insert(tx, &cluster_(2))),
            Error::AlreadyExists {
                noun: Noun::Cluster,
                ..
            }
        );
        assert_eq!(
            cluster::list(&mut read).await.unwrap(),
            [cluster_(1), young]
        );
        let first = cluster::first_of(&mut read, zone_id(ZONE)).await.unwrap();
        assert_eq!(first, Some(cluster_(1)));
        assert_eq!(
            cluster::first_of(&mut read, zone_id(2)).await.unwrap(),
            None
        );

        let ceph = Pool {
            kind: PoolKind::Ceph,
            path: None,
            fsid: Some("f".into()),
            enabled: false,
            created_at: at(2),
            ..pool_(2)
        };
        let copy = ceph.clone();
        write!(world, |tx| pool::insert(tx, &copy)).unwrap();
        assert_error!(
            write!(world, |tx| pool::insert(tx, &pool_(2))),
            Error::AlreadyExists {
                noun: Noun::Pool,
                ..
            }
        );
        assert_eq!(
            pool::list(&mut read).await.unwrap(),
            [pool_(1), ceph.clone()]
        );
        assert_eq!(pool::get(&mut read, pool_id(2)).await.unwrap(), ceph);
        let first = pool::first_of(&mut read, zone_id(ZONE)).await.unwrap();
        assert_eq!(first, Some(pool_(1)));

        write!(world, |tx| instance::insert(tx, &instance_(1))).unwrap();
        write!(world, |tx| volume::insert(tx, &volume_(1, None))).unwrap();
        assert_error!(
            write!(world, |tx| cluster::delete(tx, cluster_id(1))),
            Error::InUse {
                noun: Noun::Cluster,
                ..
            }
        );
        assert_error!(
            write!(world, |tx| pool::delete(tx, pool_id(1))),
            Error::InUse {
                noun: Noun::Pool,
                ..
            }
        );
        write!(world, |tx| cluster::delete(tx, cluster_id(2))).unwrap();
        write!(world, |tx| pool::delete(tx, pool_id(2))).unwrap();
        assert_error!(
            write!(world, |tx| cluster::delete(tx, cluster_id(2))),
            Error::NotFound {
                noun: Noun::Cluster,
                ..
            }
        );
        assert_error!(
            write!(world, |tx| pool::delete(tx, pool_id(2))),
            Error::NotFound {
                noun: Noun::Pool,
                ..
            }
        );
    }
}

#[tokio::test]
async fn an_instance_knows_its_root_volume_and_takes_its_volumes_with_it() {
    for world in small().await {
        let mut read = world.catalog.read();
        let full = Instance {
            description: Some("d".into()),
            image: Some(image_id(5)),
            root_volume: Some(volume_(1, None).id),
            guest_os: Some("CentOS".into()),
            firmware: Some(Firmware::Uefi),
            virtio: true,
            ..instance_(1)
        };
        let copy = full.clone();
        write!(world, |tx| instance::insert(tx, &copy)).unwrap();
        let root = Volume {
            role: VolumeRole::Root,
            ..volume_(1, Some(1))
        };
        let copy = root.clone();
        write!(world, |tx| volume::insert(tx, &copy)).unwrap();
        write!(world, |tx| volume::insert(tx, &volume_(2, Some(1)))).unwrap();
        write!(world, |tx| volume::insert(tx, &volume_(3, None))).unwrap();
        write!(world, |tx| instance::insert(tx, &instance_(2))).unwrap();
        assert_error!(
            write!(world, |tx| instance::insert(tx, &instance_(2))),
            Error::AlreadyExists {
                noun: Noun::Instance,
                ..
            }
        );
        let same_file = Volume {
            path: root.path.clone(),
            ..volume_(9, None)
        };
        assert_error!(
            write!(world, |tx| volume::insert(tx, &same_file)),
            Error::AlreadyExists {
                noun: Noun::Volume,
                ..
            }
        );

        let found = instance::find(&mut read, full.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&full), "{}", world.name);
        let all = [full.clone(), instance_(2)];
        assert_eq!(instance::list(&mut read).await.unwrap(), all);
        let mine = instance::list_of(&mut read, project_id(1)).await.unwrap();
        assert_eq!(mine, all);
        assert_eq!(
            instance::list_of(&mut read, project_id(2)).await.unwrap(),
            []
        );
        let volumes = [root.clone(), volume_(2, Some(1)), volume_(3, None)];
        assert_eq!(volume::list(&mut read).await.unwrap(), volumes);
        assert_eq!(
            volume::list_of(&mut read, project_id(1)).await.unwrap(),
            volumes
        );
        assert_eq!(volume::find(&mut read, root.id).await.unwrap(), Some(root));

        write!(world, |tx| instance::delete(tx, instance_(1).id)).unwrap();
        assert_eq!(volume::list(&mut read).await.unwrap(), [volume_(3, None)]);
        write!(world, |tx| volume::delete(tx, volume_(3, None).id)).unwrap();
        assert_error!(
            write!(world, |tx| volume::delete(tx, volume_(3, None).id)),
            Error::NotFound {
                noun: Noun::Volume,
                ..
            }
        );
        assert_error!(
            write!(world, |tx| instance::delete(tx, instance_(1).id)),
            Error::NotFound {
                noun: Noun::Instance,
                ..
            }
        );
    }
}

#[tokio::test]
async fn a_setting_is_set_once() {
    for world in empty().await {
        let mut read = world.catalog.read();
        assert_eq!(setting::find(&mut read, "name").await.unwrap(), None);
        assert!(write!(world, |tx| setting::set_once(tx, "name", "first")).unwrap());
        assert!(!write!(world, |tx| setting::set_once(tx, "name", "second")).unwrap());
        let found = setting::find(&mut read, "name").await.unwrap();
        assert_eq!(found.as_deref(), Some("first"));
    }
}

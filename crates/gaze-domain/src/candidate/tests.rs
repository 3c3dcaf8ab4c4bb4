use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::testing::{image, location, pool, store};
use crate::{PoolKind, StoreState, StoreStatus};

/// Breaks one condition of the rule.
type Spoil = fn(&mut Image);

fn zone(n: u128) -> ZoneId {
    ZoneId::new(Uuid::from_u128(n))
}

fn target() -> Target {
    Target {
        zone: zone(1),
        architecture: Architecture::X86_64,
        pool: pool(PoolKind::Local, zone(1)),
    }
}

#[test]
fn a_ready_enabled_root_disk_with_a_copy_at_hand_is_a_candidate() {
    let store = store(5, StoreKind::Fs, &[zone(1)]);
    let mut image = image();
    image.locations = vec![location(image.id, store.id)];
    assert!(store_fits(&target(), &store));
    assert_eq!(judge(&target(), &image, &[store.id]), Ok(()));
}

#[test]
fn each_condition_by_itself_takes_an_image_out() {
    let store = store(5, StoreKind::Fs, &[zone(1)]);
    let mut fit = image();
    fit.locations = vec![location(fit.id, store.id)];
    let cases: [(Spoil, Unfit); 8] = [
        (|i| i.media = Media::Iso, Unfit::NotARootDisk),
        (|i| i.media = Media::DataDisk, Unfit::NotARootDisk),
        (|i| i.enabled = false, Unfit::Disabled),
        (|i| i.status = Status::Deleted, Unfit::NotReady),
        (|i| i.system = true, Unfit::System),
        (
            |i| i.architecture = Some(Architecture::Aarch64),
            Unfit::OtherArchitecture,
        ),
        (|i| i.architecture = None, Unfit::OtherArchitecture),
        (
            |i| i.locations[0].state = LocationState::Writing,
            Unfit::NoUsableCopy,
        ),
    ];
    for (spoil, expected) in cases {
        let mut image = fit.clone();
        spoil(&mut image);
        assert_eq!(judge(&target(), &image, &[store.id]), Err(expected));
    }
    assert_eq!(judge(&target(), &fit, &[]), Err(Unfit::NoUsableCopy));
}

#[test]
fn stores_fit_by_kind_zone_state_and_cluster() {
    let fit = store(5, StoreKind::Fs, &[zone(1)]);
    let spoils: [fn(&mut Store); 4] = [
        |s| s.zones.clear(),
        |s| s.state = StoreState::Disabled,
        |s| s.status = StoreStatus::Disconnected,
        |s| s.kind = StoreKind::Ceph,
    ];
    for spoil in spoils {
        let mut store = fit.clone();
        spoil(&mut store);
        assert!(!store_fits(&target(), &store), "{store:?}");
    }
    let mut ceph_pool = target();
    ceph_pool.pool.kind = PoolKind::Ceph;
    ceph_pool.pool.fsid = Some("a".into());
    let mut ceph = crate::testing::store(6, StoreKind::Ceph, &[zone(1)]);
    assert!(!store_fits(&ceph_pool, &ceph));
    ceph.fsid = Some("a".into());
    assert!(store_fits(&ceph_pool, &ceph));
    ceph.fsid = Some("b".into());
    assert!(!store_fits(&ceph_pool, &ceph));
}

proptest! {
    /// Neither the order of the copies nor stores that do not fit change the verdict.
    #[test]
    fn the_verdict_does_not_depend_on_order(present in prop::collection::vec(1u128..9, 0..8), fit in prop::collection::vec(1u128..9, 0..8)) {
        let stores: Vec<StoreId> = fit.iter().map(|n| StoreId::new(Uuid::from_u128(*n))).collect();
        let mut image = image();
        image.locations =
            present.iter().map(|n| location(image.id, StoreId::new(Uuid::from_u128(*n)))).collect();
        let forward = judge(&target(), &image, &stores);
        image.locations.reverse();
        prop_assert_eq!(forward, judge(&target(), &image, &stores));
        let common = present.iter().any(|n| fit.contains(n));
        prop_assert_eq!(forward.is_ok(), common);
    }
}

#[test]
fn a_disc_is_judged_as_a_root_disk_but_for_its_medium() {
    let store = store(5, StoreKind::Fs, &[zone(1)]);
    let mut disc = image();
    disc.media = Media::Iso;
    disc.locations = vec![location(disc.id, store.id)];
    let judged = |disc: &Image| judge_disc(&target(), disc, &[store.id]);
    assert_eq!(judged(&disc), Ok(()));
    let cases: [(Spoil, Unfit); 5] = [
        (|i| i.media = Media::RootDisk, Unfit::NotADisc),
        (|i| i.media = Media::DataDisk, Unfit::NotADisc),
        (|i| i.enabled = false, Unfit::Disabled),
        (|i| i.architecture = None, Unfit::OtherArchitecture),
        (|i| i.locations.clear(), Unfit::NoUsableCopy),
    ];
    for (spoil, expected) in cases {
        let mut disc = disc.clone();
        spoil(&mut disc);
        assert_eq!(judged(&disc), Err(expected));
    }
}

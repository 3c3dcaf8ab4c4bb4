//! Which images a virtual machine can change to, or take as a disc.
//!
//! The rule is ZStack's for `GetImageCandidatesForVmToChange`: root-disk templates that are
//! enabled, ready and not the platform's own, of the architecture of the machine's cluster, with a
//! copy in a store that is compatible with the root volume's pool and attached to the machine's
//! zone. Beyond it, that copy must be usable now: ready, in a store that is enabled and connected.
//! The image that the machine has now stays in the list; the machine's state does not matter. For
//! discs (`GetCandidateIsoForAttachingVm`) the rule is the same, of another medium.

use crate::{
    Architecture, Image, LocationState, Media, Pool, Status, Store, StoreId, StoreKind, ZoneId,
};

/// The machine, reduced to what the rule asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub zone: ZoneId,
    /// Architecture of the machine's cluster, not of the machine.
    pub architecture: Architecture,
    pub pool: Pool,
}

/// Why an image is not a candidate; the first reason that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    NotARootDisk,
    NotADisc,
    Disabled,
    NotReady,
    System,
    OtherArchitecture,
    NoUsableCopy,
}

impl Unfit {
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NotARootDisk => "it is not a root disk template",
            Self::NotADisc => "it is not an installation disc",
            Self::Disabled => "it is disabled",
            Self::NotReady => "it is not ready",
            Self::System => "it is a system image",
            Self::OtherArchitecture => "its architecture is not the cluster's",
            Self::NoUsableCopy => {
                "no store in the machine's zone that its pool can read holds a ready copy"
            }
        }
    }
}

/// Whether the pool can take images from that store, now.
pub fn store_fits(target: &Target, store: &Store) -> bool {
    store_serves_pool(&target.pool, target.zone, store)
}

/// Whether images can go between the pool and that store, now: they are compatible, the store
/// serves the zone, and it is enabled and connected. For a volume's image the zone is the pool's
/// own (ZStack's `GetCandidateBackupStorageForCreatingImage`).
pub fn store_serves_pool(pool: &Pool, zone: ZoneId, store: &Store) -> bool {
    let same_cluster =
        store.kind != StoreKind::Ceph || (store.fsid.is_some() && store.fsid == pool.fsid);
    pool.kind.takes_images_from(store.kind)
        && same_cluster
        && store.serves(zone)
        && store.is_usable()
}

/// Judges one image. `stores` are those that [`store_fits`] accepts; a caller may get them once
/// for a whole list.
pub fn judge(target: &Target, image: &Image, stores: &[StoreId]) -> Result<(), Unfit> {
    if image.media != Media::RootDisk {
        return Err(Unfit::NotARootDisk);
    }
    judge_any(target, image, stores)
}

/// Judges one image as a disc that the machine could take; otherwise as [`judge`].
pub fn judge_disc(target: &Target, image: &Image, stores: &[StoreId]) -> Result<(), Unfit> {
    if image.media != Media::Iso {
        return Err(Unfit::NotADisc);
    }
    judge_any(target, image, stores)
}

fn judge_any(target: &Target, image: &Image, stores: &[StoreId]) -> Result<(), Unfit> {
    let has_copy = image
        .locations
        .iter()
        .any(|at| at.state == LocationState::Ready && stores.contains(&at.store));
    match () {
        () if !image.enabled => Err(Unfit::Disabled),
        () if image.status != Status::Active => Err(Unfit::NotReady),
        () if image.system => Err(Unfit::System),
        () if image.architecture != Some(target.architecture) => Err(Unfit::OtherArchitecture),
        () if !has_copy => Err(Unfit::NoUsableCopy),
        () => Ok(()),
    }
}

#[cfg(test)]
mod tests;

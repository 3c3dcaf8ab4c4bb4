//! Which stores take a new image.

use gaze_catalog::store;
use gaze_domain::{Error, Noun, PoolKind, Result, Store, StoreId, ZoneId};

use crate::App;
use crate::ingest::Rule;
use crate::requests::StoreChoice;

/// What the stores have to satisfy besides having room.
#[derive(Clone, Copy, Debug)]
pub(super) struct Need {
    /// Bytes that are known to come.
    pub(super) bytes: u64,
    /// The zone and kind of the pool that the bytes come from, for a capture.
    pub(super) pool: Option<(ZoneId, PoolKind)>,
    pub(super) rule: Rule,
}

impl App {
    /// The stores for a new image, at least one. Named stores that do not exist are an error;
    /// named stores that cannot be used are one under [`Rule::All`], and are left out under
    /// [`Rule::One`] as long as another remains.
    pub(super) async fn choose_stores(
        &self,
        choice: &StoreChoice,
        need: Need,
    ) -> Result<Vec<StoreId>> {
        let stores = store::list(&mut self.catalog().read()).await?;
        match choice {
            StoreChoice::Auto => self.pick_one(&stores, need).map(|id| vec![id]),
            StoreChoice::Named(ids) => named(&stores, ids, need),
            StoreChoice::AnyOf(ids) => {
                let rule = Rule::One;
                named(&stores, ids, Need { rule, ..need })
            }
        }
    }

    fn pick_one(&self, stores: &[Store], need: Need) -> Result<StoreId> {
        let headroom = self.settings().store_headroom;
        let zone = need.pool.map(|(zone, _)| zone);
        let usable: Vec<&Store> = stores
            .iter()
            .filter(|store| store.is_usable() && zone.is_none_or(|zone| store.serves(zone)))
            .filter(|store| {
                need.pool
                    .is_none_or(|(_, pool)| pool.takes_images_from(store.kind))
            })
            .collect();
        if usable.is_empty() {
            let reason = "none is enabled, connected and attached to the zone".into();
            return Err(Error::NoStore { reason });
        }
        usable
            .into_iter()
            .filter(|store| store.available().0 > need.bytes.saturating_add(headroom))
            .max_by_key(|store| store.available())
            .map(|store| store.id)
            .ok_or_else(|| Error::NoStore {
                reason: format!("none has {} bytes besides its reserve", need.bytes),
            })
    }
}

/// The stores that were named and not chosen; `None` if none were named.
pub(super) fn left_out(choice: &StoreChoice, chosen: &[StoreId]) -> Option<Vec<StoreId>> {
    match choice {
        StoreChoice::Auto => None,
        StoreChoice::Named(named) | StoreChoice::AnyOf(named) => {
            let missed = named.iter().filter(|store| !chosen.contains(store));
            Some(missed.copied().collect())
        }
    }
}

fn named(stores: &[Store], ids: &[StoreId], need: Need) -> Result<Vec<StoreId>> {
    let mut chosen: Vec<StoreId> = Vec::with_capacity(ids.len());
    let mut refusal = None;
    for id in ids {
        let found = stores.iter().find(|store| store.id == *id);
        let found = found.ok_or_else(|| Error::not_found(Noun::Store, id))?;
        match check(found, need) {
            Ok(()) if chosen.contains(id) => {}
            Ok(()) => chosen.push(*id),
            Err(error) if need.rule == Rule::All => return Err(error),
            Err(error) => refusal = Some(error),
        }
    }
    match (chosen.is_empty(), refusal) {
        (false, _) => Ok(chosen),
        (true, Some(error)) => Err(error),
        (true, None) => Err(Error::invalid("stores", "at least one store is needed")),
    }
}

fn check(store: &Store, need: Need) -> Result<()> {
    let unreachable = |reason: &str| Error::Unreachable {
        noun: Noun::Store,
        id: store.id.hex(),
        reason: reason.to_owned(),
    };
    if !store.is_usable() {
        return Err(unreachable(&format!(
            "it is {} and {}",
            store.state, store.status
        )));
    }
    if let Some((zone, _)) = need.pool
        && !store.serves(zone)
    {
        return Err(unreachable(
            "it is not attached to the zone that the volume is in",
        ));
    }
    if store.available().0 < need.bytes {
        return Err(Error::NoSpace {
            store: store.id,
            requested: gaze_domain::ByteCount(need.bytes),
        });
    }
    Ok(())
}

//! The verbs of Gaze: what can be done with images, machines, places and people.
//!
//! A face turns a request into one call of a verb; a verb authorises, keeps the domain's rules,
//! composes the catalogue, the stores, the disks and the job queue, and answers in domain nouns.
//! Verbs know nothing of HTTP or SQL.

mod auth;
mod authorize;
mod calls;
mod clock;
mod errors;
mod failure;
mod images;
mod ingest;
mod kept;
mod long_jobs;
mod machines;
mod metadefs;
mod names;
mod node;
mod notices;
mod outliving;
mod pace;
mod people;
mod places;
mod reconcile;
mod requests;
mod settings;
mod setup;
mod shelf;
mod stores;
mod system;
mod tags;
mod turns;
mod work;

use std::sync::Arc;

use gaze_catalog::Catalog;
use gaze_compute::Folders;
use gaze_domain::{Result, Runtime, Timestamp};
use gaze_jobs::Jobs;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

pub use auth::{KeystoneCounts, KeystoneRoles, KeystoneSettings, ThrottleCounts};
pub use calls::{Answer, Ended, NewCall, Teller};
pub use clock::within;
pub use gaze_catalog::at_hand::AtHand;
pub use gaze_catalog::call::Call;
pub use gaze_catalog::json;
pub use gaze_catalog::member::Share;
pub use gaze_catalog::ownership::Owned;
pub use gaze_compute::Room;
pub use images::Told;
pub use ingest::UploadCounts;
pub use long_jobs::{LongJobView, NewLongJob};
pub use names::Names;
pub use node::Node;
pub use notices::NoticeCounts;
pub use reconcile::Running;
pub use requests::*;
pub use settings::{Rates, RootDisks, Settings};
pub use setup::{ADMIN_PROJECT, FirstStart, Place};
pub use shelf::{KeptImage, Rendering};
pub use system::SystemRuntime;
pub use work::{Wanted, Work, WorkFilter, WorkKind, WorkList, WorkState};

/// Everything a verb needs. Cheap to clone; all clones are one service.
#[derive(Clone, Debug)]
pub struct App {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    catalog: Catalog,
    jobs: Jobs,
    stores: stores::Stores,
    runtime: Arc<dyn Runtime>,
    settings: Settings,
    disks: Folders,
    /// Where root disks may be written.
    pools: Folders,
    sightings: places::Sightings,
    fetcher: ingest::Fetcher,
    admission: ingest::Admission,
    passwords: auth::Passwords,
    paces: auth::Paces,
    keystone: Option<auth::Keystone>,
    holders: auth::Holders,
    places: names::Places,
    machines: machines::KeptMachines,
    counts: images::Counts,
    shelf: shelf::Shelf,
    heads: images::Heads,
    tellings: images::Tellings,
    calls: calls::Calls,
    notices: notices::Counters,
    capabilities: images::Capabilities,
    started_at: Timestamp,
    /// Turns of images that are fetched from other services.
    mirrors: Semaphore,
    /// Cancelled when the service stops.
    closing: CancellationToken,
    /// Work that outlives the request that began it, such as the clean-up after a client that
    /// went away.
    tasks: TaskTracker,
}

impl App {
    /// Opens the catalogue and brings its schema up to date. Nothing runs yet: see
    /// [`App::first_start`] and [`App::run`].
    pub async fn open(
        db: gaze_sql::Db,
        settings: Settings,
        runtime: Arc<dyn Runtime>,
    ) -> Result<Self> {
        let jobs = work::open_queue(&db, Arc::clone(&runtime), &settings).await?;
        let holders = auth::Holders::new(&db);
        let places = names::Places::new(&db);
        let machines = machines::KeptMachines::new(&db);
        let counts = images::Counts::new(&db);
        let heads = images::Heads::new(&db);
        let tellings = images::Tellings::new(&db, settings.kept_images);
        let catalog = Catalog::open(db).await?;
        let capabilities = images::Capabilities::open(&catalog, runtime.as_ref()).await?;
        let fetcher = ingest::Fetcher::new(&settings)?;
        let keystone = settings
            .keystone
            .as_ref()
            .map(auth::Keystone::new)
            .transpose()?;
        let readable = settings.disk_dirs.iter().chain(&settings.write_dirs);
        let disks = Folders::new(readable.cloned());
        let pools = Folders::new(settings.write_dirs.iter().cloned());
        let started_at = runtime.now();
        Ok(Self {
            inner: Arc::new(Inner {
                catalog,
                jobs,
                stores: stores::Stores::default(),
                runtime,
                disks,
                pools,
                sightings: places::Sightings::default(),
                fetcher,
                admission: ingest::Admission::new(settings.uploads),
                mirrors: Semaphore::new(settings.transfers.max(1)),
                shelf: shelf::Shelf::new(settings.kept_images),
                heads,
                tellings,
                closing: CancellationToken::new(),
                paces: auth::Paces::new(&settings.rates),
                settings,
                passwords: auth::Passwords::new(),
                keystone,
                holders,
                places,
                machines,
                counts,
                calls: calls::Calls::default(),
                notices: notices::Counters::default(),
                capabilities,
                started_at,
                tasks: TaskTracker::new(),
            }),
        })
    }

    /// The present.
    pub fn now(&self) -> Timestamp {
        self.inner.runtime.now()
    }

    /// A fresh random UUID.
    pub fn new_uuid(&self) -> Uuid {
        self.inner.runtime.uuid()
    }

    /// What the operator decided.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    pub(crate) fn started_at(&self) -> Timestamp {
        self.inner.started_at
    }

    pub(crate) fn runtime(&self) -> &dyn Runtime {
        self.inner.runtime.as_ref()
    }

    pub(crate) fn catalog(&self) -> &Catalog {
        &self.inner.catalog
    }

    pub(crate) fn jobs(&self) -> &Jobs {
        &self.inner.jobs
    }

    pub(crate) fn stores(&self) -> &stores::Stores {
        &self.inner.stores
    }

    pub(crate) fn disks(&self) -> &Folders {
        &self.inner.disks
    }

    pub(crate) fn writable_pools(&self) -> &Folders {
        &self.inner.pools
    }

    pub(crate) fn sightings(&self) -> &places::Sightings {
        &self.inner.sightings
    }

    pub(crate) fn fetcher(&self) -> &ingest::Fetcher {
        &self.inner.fetcher
    }

    pub(crate) fn admission(&self) -> &ingest::Admission {
        &self.inner.admission
    }

    pub(crate) fn paces(&self) -> &auth::Paces {
        &self.inner.paces
    }

    pub(crate) fn passwords(&self) -> &auth::Passwords {
        &self.inner.passwords
    }

    pub(crate) fn keystone(&self) -> Option<&auth::Keystone> {
        self.inner.keystone.as_ref()
    }

    pub(crate) fn holders(&self) -> &auth::Holders {
        &self.inner.holders
    }

    pub(crate) fn places(&self) -> &names::Places {
        &self.inner.places
    }

    pub(crate) fn machines(&self) -> &machines::KeptMachines {
        &self.inner.machines
    }

    pub(crate) fn counts(&self) -> &images::Counts {
        &self.inner.counts
    }

    pub(crate) fn heads(&self) -> &images::Heads {
        &self.inner.heads
    }

    pub(crate) fn tellings(&self) -> &images::Tellings {
        &self.inner.tellings
    }

    pub(crate) fn shelf(&self) -> &shelf::Shelf {
        &self.inner.shelf
    }

    pub(crate) fn calls(&self) -> &calls::Calls {
        &self.inner.calls
    }

    pub(crate) fn notices(&self) -> &notices::Counters {
        &self.inner.notices
    }

    pub(crate) fn capabilities(&self) -> &images::Capabilities {
        &self.inner.capabilities
    }

    pub(crate) fn tasks(&self) -> &TaskTracker {
        &self.inner.tasks
    }
}

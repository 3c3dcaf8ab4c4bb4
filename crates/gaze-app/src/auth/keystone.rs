//! An external Keystone as an authority: what it says of tokens that this service did not issue.
//!
//! What it said is believed for a while and then forgotten, so a token that is revoked there is
//! refused here after that while at most. Nothing is believed longer because Keystone is away.

mod cache;
mod client;
mod guest;
mod ids;
mod roles;
mod settings;
mod wire;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gaze_catalog::external::Home;
use gaze_domain::access::AuthFailure;
use gaze_domain::{Error, Noun, ProjectId, Result, Timestamp};
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;

pub use settings::{KeystoneRoles, KeystoneSettings};

use crate::clock;
use cache::{Cache, Key};
use client::{Away, Client, Told};
pub(crate) use guest::Guest;

/// Tokens that are remembered as good. Some 600 bytes each; a cloud with more people at work at
/// once asks Keystone a little more often.
const MOST_GOOD: usize = 10_000;
/// Tokens that are remembered as bad, apart from the good ones, so that made-up tokens push out
/// nothing but one another.
const MOST_BAD: usize = 2_000;
/// How long a bad token is remembered. Short, since a Keystone of several nodes may learn of a
/// token or a key only a moment after it was used.
const BAD_LIFE: Duration = Duration::from_secs(10);
/// Longest token that is asked about, in bytes: Fernet's have some 200, signed ones (JWS) some
/// 1000.
const MAX_TOKEN: usize = 4096;

/// What is known of a token.
#[derive(Clone, Debug)]
enum Verdict {
    Good(Arc<Guest>),
    /// Keystone knows it; it gives no right here.
    Powerless(guest::Powerless),
    Bad,
}

/// The authority. Nothing in it is lost with the process.
#[derive(Debug)]
pub(crate) struct Keystone {
    client: Client,
    url: String,
    region: String,
    roles: KeystoneRoles,
    life: Duration,
    memory: Mutex<Memory>,
    counters: Counters,
}

#[derive(Debug)]
struct Memory {
    good: Cache<Verdict>,
    bad: Cache<()>,
    /// Tokens that are being asked about: all who bring one of them wait for the one answer.
    flights: HashMap<Key, Flight>,
}

/// An answer to come, and how many wait for it.
#[derive(Debug, Default)]
struct Flight {
    answer: Arc<OnceCell<Answer>>,
    waiting: usize,
}

type Answer = std::result::Result<Verdict, Away>;

#[derive(Debug, Default)]
struct Counters {
    remembered: AtomicU64,
    accepted: AtomicU64,
    refused: AtomicU64,
    unanswered: AtomicU64,
}

/// What became of tokens since the process began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeystoneCounts {
    /// Answered from memory, good or bad.
    pub remembered: u64,
    /// Asked about, and good.
    pub accepted: u64,
    /// Asked about, and bad or without a right here.
    pub refused: u64,
    /// Asked about without an answer.
    pub unanswered: u64,
    /// Logins of the service itself.
    pub logins: u64,
}

impl Keystone {
    pub(crate) fn new(settings: &KeystoneSettings) -> Result<Self> {
        Ok(Self {
            client: Client::new(settings)?,
            url: settings.url.clone(),
            region: settings.region.clone(),
            roles: settings.roles.clone(),
            life: settings.cache,
            memory: Mutex::new(Memory {
                good: Cache::new(MOST_GOOD),
                bad: Cache::new(MOST_BAD),
                flights: HashMap::new(),
            }),
            counters: Counters::default(),
        })
    }

    pub(crate) fn counts(&self) -> KeystoneCounts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        KeystoneCounts {
            remembered: read(&self.counters.remembered),
            accepted: read(&self.counters.accepted),
            refused: read(&self.counters.refused),
            unanswered: read(&self.counters.unanswered),
            logins: self.client.logins(),
        }
    }

    /// Who holds the token. Fails with [`AuthFailure::InvalidToken`] if Keystone does not know it,
    /// with [`Error::Forbidden`] if it gives no right here, and with [`Error::Unavailable`] if
    /// Keystone cannot be asked.
    pub(crate) async fn verify(&self, text: &str, now: Timestamp) -> Result<Arc<Guest>> {
        if text.len() > MAX_TOKEN {
            return Err(AuthFailure::InvalidToken.into());
        }
        let key: Key = Sha256::digest(text.as_bytes()).into();
        let verdict = match self.remembered(&key, now) {
            Some(verdict) => {
                self.counters.remembered.fetch_add(1, Ordering::Relaxed);
                Ok(verdict)
            }
            None => self.learn(key, text, now).await,
        };
        match verdict {
            Ok(Verdict::Good(guest)) => {
                let end = guest.caller.token.as_ref().and_then(|used| used.expires_at);
                if end.is_none_or(|end| end <= now) {
                    return Err(AuthFailure::InvalidToken.into());
                }
                Ok(guest)
            }
            Ok(Verdict::Powerless(action)) => Err(Error::forbidden(action, Noun::Token, "")),
            Ok(Verdict::Bad) => Err(AuthFailure::InvalidToken.into()),
            Err(_told_to_the_log) => Err(away()),
        }
    }

    fn remembered(&self, key: &Key, now: Timestamp) -> Option<Verdict> {
        let mut memory = self.memory();
        if memory.bad.get(key, now).is_some() {
            return Some(Verdict::Bad);
        }
        memory.good.get(key, now)
    }

    /// Asks, or waits for whoever asks about the same token already. If the one who asks goes
    /// away, the next asks in its place.
    async fn learn(&self, key: Key, text: &str, now: Timestamp) -> Answer {
        let answer = {
            let mut memory = self.memory();
            let flight = memory.flights.entry(key).or_default();
            flight.waiting += 1;
            Arc::clone(&flight.answer)
        };
        let seat = Seat {
            keystone: self,
            key,
            answer,
        };
        let ask = || async { self.ask(key, text, now).await };
        seat.answer.get_or_init(ask).await.clone()
    }

    async fn ask(&self, key: Key, text: &str, now: Timestamp) -> Answer {
        let told = match self.client.token(text, now).await {
            Ok(Told::Found(token)) => {
                guest::guest(&token, hex::encode(key), &self.roles, now).map(|made| match made {
                    Ok(guest) => Verdict::Good(Arc::new(guest)),
                    Err(powerless) => Verdict::Powerless(powerless),
                })
            }
            Ok(Told::Nothing) => Ok(Verdict::Bad),
            Ok(Told::Forbidden) => Err(Away(
                "it does not let the user of this service look at tokens: give it the role \
                 reader on the system, or service on a project"
                    .to_owned(),
            )),
            Err(away) => Err(away),
        };
        let mut memory = self.memory();
        let counter = match &told {
            Ok(verdict @ (Verdict::Good(_) | Verdict::Powerless(_))) => {
                let until = clock::after(now, self.life);
                memory.good.put(key, verdict.clone(), until);
                if matches!(verdict, Verdict::Good(_)) {
                    &self.counters.accepted
                } else {
                    &self.counters.refused
                }
            }
            Ok(Verdict::Bad) => {
                let until = clock::after(now, self.life.min(BAD_LIFE));
                memory.bad.put(key, (), until);
                &self.counters.refused
            }
            Err(Away(reason)) => {
                tracing::error!(url = %self.url, reason, "Keystone cannot be asked about a token");
                &self.counters.unanswered
            }
        };
        counter.fetch_add(1, Ordering::Relaxed);
        told
    }

    /// A project that was named before anybody came from it; `None` if Keystone has none of that
    /// id, or does not tell this service.
    pub(crate) async fn find_project(&self, id: ProjectId, now: Timestamp) -> Result<Option<Home>> {
        match self.client.project(&id.hex(), now).await {
            Ok(Told::Found((project, domain))) => Ok(Some(guest::home(
                (&project.id, &project.name),
                (&domain.id, &domain.name),
                now,
            ))),
            Ok(Told::Nothing) => Ok(None),
            Ok(Told::Forbidden) => {
                tracing::warn!(
                    project = %id,
                    "Keystone does not let the user of this service look up projects: sharing \
                     with a project that has not been here yet needs the role reader on the system"
                );
                Ok(None)
            }
            Err(Away(reason)) => {
                tracing::error!(url = %self.url, reason, "Keystone cannot be asked about a project");
                Err(away())
            }
        }
    }

    /// Logs in once and tells the operator what will not work.
    pub(crate) async fn greet(&self, now: Timestamp) {
        let url = &self.url;
        let catalog = match self.client.log_in(now).await {
            Ok(token) => token.catalog,
            Err(Away(reason)) => {
                tracing::error!(%url, reason, "Keystone cannot be used");
                return;
            }
        };
        let mut endpoints = catalog
            .iter()
            .filter(|service| service.kind == "image")
            .flat_map(|service| &service.endpoints);
        let here = endpoints.find(|endpoint| {
            endpoint.interface == "public" && endpoint.region_id.as_deref() == Some(&self.region)
        });
        if let Some(endpoint) = here {
            tracing::info!(%url, image = %endpoint.url, "tokens of Keystone are taken");
        } else {
            tracing::warn!(
                %url, region = %self.region,
                "tokens of Keystone are taken, but its catalogue names no public endpoint of the \
                 service image in this region: clients will not find this service"
            );
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What clients are told of it: where Keystone is and what ails it is for the log.
fn away() -> Error {
    Error::Unavailable {
        what: "Keystone cannot be asked".into(),
    }
}

/// A place among those who wait for one answer. The flight is over when the answer has come, or
/// when nobody waits any more.
struct Seat<'k> {
    keystone: &'k Keystone,
    key: Key,
    answer: Arc<OnceCell<Answer>>,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut memory = self.keystone.memory();
        let Some(flight) = memory.flights.get_mut(&self.key) else {
            return;
        };
        if !Arc::ptr_eq(&flight.answer, &self.answer) {
            return;
        }
        flight.waiting -= 1;
        if flight.waiting == 0 || flight.answer.initialized() {
            memory.flights.remove(&self.key);
        }
    }
}

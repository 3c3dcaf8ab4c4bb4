//! How fast projects may ask, and how fast passwords may be tried.

use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::time::Duration;

use gaze_domain::address::household;
use gaze_domain::{Caller, Error, ProjectId, Result};

use crate::pace::{Pace, Rate, TooFast};
use crate::requests::UserName;
use crate::{App, Rates};

/// As many times more than for one user may wrong passwords come from one address for all users
/// together: some people share an address, a guesser has a list of users.
const USERS_OF_AN_ADDRESS: u32 = 5;

#[derive(Debug)]
pub(crate) struct Paces {
    requests: Pace<ProjectId>,
    /// Wrong passwords for one user from one address. By both, since by the user alone a stranger
    /// could lock the user out.
    logins: Pace<(u64, Option<IpAddr>)>,
    /// Wrong passwords from one address.
    addresses: Pace<IpAddr>,
    /// Makes keys of users, whose names may be long.
    users: RandomState,
}

/// How often somebody was told to come back later, since the process began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ThrottleCounts {
    /// Requests of projects.
    pub requests: u64,
    /// Logins.
    pub logins: u64,
}

impl Paces {
    pub(crate) fn new(rates: &Rates) -> Self {
        let requests = (rates.requests_per_second > 0).then(|| Rate {
            burst: rates.requests_burst.max(rates.requests_per_second),
            every: Duration::from_secs(1) / rates.requests_per_second,
        });
        let logins = (rates.wrong_passwords > 0).then_some(Rate {
            burst: rates.wrong_passwords,
            every: rates.wrong_password_pause,
        });
        let addresses = logins.map(|rate| Rate {
            burst: rate.burst.saturating_mul(USERS_OF_AN_ADDRESS),
            every: rate.every / USERS_OF_AN_ADDRESS,
        });
        Self {
            requests: Pace::new(requests),
            logins: Pace::new(logins),
            addresses: Pace::new(addresses),
            users: RandomState::new(),
        }
    }

    fn of_user(&self, user: &UserName, from: Option<IpAddr>) -> (u64, Option<IpAddr>) {
        (self.users.hash_one(user), from)
    }
}

impl App {
    /// Counts a request whose sender is proven. An administrator is not held up: who has to mend
    /// things must be able to.
    pub(crate) fn admit(&self, caller: &Caller) -> Result<()> {
        if caller.is_admin() {
            return Ok(());
        }
        let taken = self.paces().requests.take(&caller.project, || self.now());
        taken.map_err(|too_fast| {
            if too_fast.is_news {
                tracing::warn!(
                    project = %caller.project, name = caller.project_name,
                    "a project is at its limit of requests"
                );
            }
            throttled(too_fast)
        })
    }

    /// Whether a password may be tried. Right ones cost nothing, so those who know theirs may log
    /// in as often as they like.
    pub(crate) fn may_try(&self, user: &UserName, from: Option<IpAddr>) -> Result<()> {
        let (paces, now) = (self.paces(), self.now());
        let from = from.map(household);
        let of_user = paces.logins.look(&paces.of_user(user, from), now);
        let of_address = match &from {
            Some(address) => paces.addresses.look(address, now),
            None => Ok(()),
        };
        of_user.and(of_address).map_err(|too_fast| {
            if too_fast.is_news {
                let from = from.map(tracing::field::display);
                tracing::warn!(?user, from, "wrong passwords come too fast");
            }
            throttled(too_fast)
        })
    }

    pub(crate) fn tried_wrong(&self, user: &UserName, from: Option<IpAddr>) {
        let (paces, now) = (self.paces(), self.now());
        let from = from.map(household);
        paces.logins.charge(&paces.of_user(user, from), now);
        if let Some(address) = &from {
            paces.addresses.charge(address, now);
        }
    }

    /// How often somebody was too fast.
    pub fn throttle_counts(&self) -> ThrottleCounts {
        let paces = self.paces();
        ThrottleCounts {
            requests: paces.requests.refused(),
            logins: paces.logins.refused() + paces.addresses.refused(),
        }
    }
}

fn throttled(too_fast: TooFast) -> Error {
    Error::Throttled {
        retry_after_seconds: too_fast.retry_after,
    }
}

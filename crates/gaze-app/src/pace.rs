//! How fast somebody may go on: a bucket of tokens each, refilled at a steady rate.
//!
//! Of a bucket only the moment is kept at which it will be full again; one that is full needs no
//! keeping. All is in the process's memory: what was used is forgiven by a restart.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gaze_domain::Timestamp;

/// Parts with a lock each, so that processors do not wait for one another.
const SHARDS: usize = 16;
/// Buckets that are kept in one part, of some 40 bytes each. Beyond, those that are nearest to full
/// are forgotten: made-up keys push one another out before they push out who is at the limit.
const MOST: usize = 4096;
/// How often the log is told of the same key.
const TELL_AGAIN: i64 = 60_000_000;

/// A bucket's size, and how long a token takes to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) burst: u32,
    pub(crate) every: Duration,
}

/// The buckets of one class.
#[derive(Debug)]
pub(crate) struct Pace<K> {
    /// Without one, everybody may go as fast as they like.
    rate: Option<Micros>,
    hasher: RandomState,
    shards: [Mutex<HashMap<K, Bucket>>; SHARDS],
    refused: AtomicU64,
}

#[derive(Clone, Copy, Debug)]
struct Micros {
    burst: i64,
    every: i64,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// When it is full again.
    full_at: i64,
    /// When the log was told last.
    told_at: Option<i64>,
}

/// A refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooFast {
    /// Whole seconds after which one more is let through, at least 1.
    pub(crate) retry_after: u64,
    /// Whether the log has not been told of this key for a while.
    pub(crate) is_news: bool,
}

impl<K: Clone + Eq + Hash> Pace<K> {
    pub(crate) fn new(rate: Option<Rate>) -> Self {
        let micros = |every: Duration| i64::try_from(every.as_micros()).unwrap_or(i64::MAX);
        Self {
            rate: rate.map(|rate| {
                let every = micros(rate.every).clamp(1, i64::MAX >> 32);
                Micros {
                    burst: every.saturating_mul(i64::from(rate.burst.max(1))),
                    every,
                }
            }),
            hasher: RandomState::new(),
            shards: std::array::from_fn(|_| Mutex::default()),
            refused: AtomicU64::new(0),
        }
    }

    /// Takes a token if there is one.
    pub(crate) fn take(&self, key: &K, now: impl Fn() -> Timestamp) -> Result<(), TooFast> {
        let Some(rate) = self.rate else {
            return Ok(());
        };
        let now = now().as_microsecond();
        let mut shard = self.shard(key);
        let full_at = full_at(&shard, key).max(now) + rate.every;
        if full_at - now > rate.burst {
            return Err(self.refuse(&mut shard, key, now, full_at - now - rate.burst));
        }
        put(&mut shard, key, now, full_at);
        Ok(())
    }

    /// Whether a token is there. It is not taken.
    pub(crate) fn look(&self, key: &K, now: Timestamp) -> Result<(), TooFast> {
        let Some(rate) = self.rate else {
            return Ok(());
        };
        let now = now.as_microsecond();
        let mut shard = self.shard(key);
        let wait = full_at(&shard, key).max(now) + rate.every - now - rate.burst;
        if wait > 0 {
            return Err(self.refuse(&mut shard, key, now, wait));
        }
        Ok(())
    }

    /// Takes a token, also one that is not there: who looked at the same time as many others owes
    /// it. Nobody comes to owe more than the bucket holds.
    pub(crate) fn charge(&self, key: &K, now: Timestamp) {
        let Some(rate) = self.rate else { return };
        let now = now.as_microsecond();
        let mut shard = self.shard(key);
        let full_at = full_at(&shard, key).max(now) + rate.every;
        let most = now.saturating_add(rate.burst.saturating_mul(2));
        put(&mut shard, key, now, full_at.min(most));
    }

    /// How often somebody was too fast.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    fn refuse(&self, shard: &mut HashMap<K, Bucket>, key: &K, now: i64, wait: i64) -> TooFast {
        self.refused.fetch_add(1, Ordering::Relaxed);
        let mut is_news = false;
        if let Some(bucket) = shard.get_mut(key) {
            is_news = bucket.told_at.is_none_or(|told| now - told >= TELL_AGAIN);
            if is_news {
                bucket.told_at = Some(now);
            }
        }
        let seconds = u64::try_from(wait).unwrap_or(0).div_ceil(1_000_000);
        TooFast {
            retry_after: seconds.max(1),
            is_news,
        }
    }

    fn shard(&self, key: &K) -> MutexGuard<'_, HashMap<K, Bucket>> {
        let at = usize::try_from(self.hasher.hash_one(key) % SHARDS as u64).unwrap_or(0);
        self.shards[at]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn full_at<K: Eq + Hash>(shard: &HashMap<K, Bucket>, key: &K) -> i64 {
    shard.get(key).map_or(i64::MIN, |bucket| bucket.full_at)
}

fn put<K: Clone + Eq + Hash>(shard: &mut HashMap<K, Bucket>, key: &K, now: i64, full_at: i64) {
    if let Some(bucket) = shard.get_mut(key) {
        bucket.full_at = full_at;
        return;
    }
    if shard.len() >= MOST {
        shard.retain(|_, bucket| bucket.full_at > now);
    }
    if shard.len() >= MOST {
        let mut ends: Vec<i64> = shard.values().map(|bucket| bucket.full_at).collect();
        let middle = ends.len() / 2;
        let (_, middle, _) = ends.select_nth_unstable(middle);
        let middle = *middle;
        // Of many that are alike some go, but none that is nearer to its limit.
        let mut left = MOST / 4;
        shard.retain(|_, bucket| {
            let is_alike = bucket.full_at == middle && left > 0;
            left -= usize::from(is_alike);
            bucket.full_at > middle || is_alike
        });
    }
    let bucket = Bucket {
        full_at,
        told_at: None,
    };
    shard.insert(key.clone(), bucket);
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate {
        burst: 3,
        every: Duration::from_secs(10),
    };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + seconds).unwrap()
    }

    fn takes(pace: &Pace<u32>, key: u32, seconds: i64) -> Option<u64> {
        let taken = pace.take(&key, || at(seconds));
        taken.err().map(|refusal| refusal.retry_after)
    }

    #[test]
    fn a_bucket_gives_its_burst_and_then_one_each_time() {
        let pace = Pace::new(Some(RATE));
        for _ in 0..3 {
            assert_eq!(takes(&pace, 1, 0), None);
        }
        assert_eq!(takes(&pace, 1, 0), Some(10));
        assert_eq!(takes(&pace, 1, 4), Some(6));
        // A refused try costs nothing.
        assert_eq!(takes(&pace, 1, 10), None);
        assert_eq!(takes(&pace, 1, 10), Some(10));
        // Another's bucket is another.
        assert_eq!(takes(&pace, 2, 10), None);
        for _ in 0..3 {
            assert_eq!(takes(&pace, 1, 1000), None);
        }
        assert_eq!(takes(&pace, 1, 1000), Some(10));
        assert_eq!(pace.refused(), 4);
    }

    #[test]
    fn without_a_rate_nothing_is_refused_or_kept() {
        let pace = Pace::new(None);
        let never = || -> Timestamp { unreachable!("the clock is not asked") };
        for key in 0..10_000 {
            assert_eq!(pace.take(&key, never), Ok(()));
        }
        assert!(
            pace.shards
                .iter()
                .all(|shard| shard.lock().unwrap().is_empty())
        );
    }

    #[test]
    fn looking_costs_nothing_and_a_debt_is_bounded() {
        let pace = Pace::new(Some(RATE));
        for _ in 0..50 {
            assert_eq!(pace.look(&1, at(0)), Ok(()));
        }
        for _ in 0..50 {
            pace.charge(&1, at(0));
        }
        let wait = pace.look(&1, at(0)).unwrap_err().retry_after;
        assert_eq!(wait, 40);
        assert_eq!(pace.look(&1, at(40)), Ok(()));
    }

    #[test]
    fn the_log_is_told_once_a_minute_of_each() {
        let pace = Pace::new(Some(RATE));
        let news = |key: u32, seconds| {
            let mut news = 0;
            for _ in 0..10 {
                let taken = pace.take(&key, || at(seconds));
                news += usize::from(taken.is_err_and(|refusal| refusal.is_news));
            }
            news
        };
        assert_eq!((news(1, 0), news(2, 1)), (1, 1));
        assert_eq!((news(1, 59), news(1, 60)), (0, 1));
    }

    #[test]
    fn made_up_keys_do_not_grow_without_end_nor_free_who_is_at_the_limit() {
        let pace = Pace::new(Some(RATE));
        for _ in 0..3 {
            assert_eq!(takes(&pace, 0, 0), None);
        }
        for key in 1..200_000 {
            assert_eq!(takes(&pace, key, 0), None);
        }
        let kept: usize = pace
            .shards
            .iter()
            .map(|shard| shard.lock().unwrap().len())
            .sum();
        assert!(kept <= SHARDS * MOST, "{kept}");
        assert_eq!(takes(&pace, 0, 0), Some(10));
    }
}

//! What was learnt lately, for a bounded time and in a bounded number.

use std::collections::{HashMap, VecDeque};

use gaze_domain::Timestamp;

/// SHA-256 of a token: the token itself is kept nowhere.
pub(super) type Key = [u8; 32];

/// Values by key, each until an instant of its own. The oldest makes room for the newest.
#[derive(Debug)]
pub(super) struct Cache<V> {
    entries: HashMap<Key, Entry<V>>,
    /// In the order of their coming. What was put in anew stands here twice; the older mention
    /// is void.
    order: VecDeque<(Key, u64)>,
    /// Number of the next entry.
    next: u64,
    most: usize,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    until: Timestamp,
    number: u64,
}

impl<V: Clone> Cache<V> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            entries: HashMap::new(),
            order: VecDeque::new(),
            next: 0,
            most,
        }
    }

    /// The value, if its time has not come.
    pub(super) fn get(&mut self, key: &Key, now: Timestamp) -> Option<V> {
        let entry = self.entries.get(key)?;
        if entry.until > now {
            return Some(entry.value.clone());
        }
        self.entries.remove(key);
        None
    }

    pub(super) fn put(&mut self, key: Key, value: V, until: Timestamp) {
        while self.order.len() >= self.most {
            let Some((oldest, number)) = self.order.pop_front() else {
                return;
            };
            if self
                .entries
                .get(&oldest)
                .is_some_and(|entry| entry.number == number)
            {
                self.entries.remove(&oldest);
            }
        }
        let number = self.next;
        self.next += 1;
        self.order.push_back((key, number));
        let entry = Entry {
            value,
            until,
            number,
        };
        self.entries.insert(key, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u8) -> Key {
        [number; 32]
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_value_is_forgotten_when_its_time_comes() {
        let mut cache = Cache::new(8);
        cache.put(key(1), "one", at(10));
        assert_eq!(cache.get(&key(1), at(9)), Some("one"));
        assert_eq!(cache.get(&key(1), at(10)), None);
        assert_eq!(cache.get(&key(1), at(9)), None, "it is gone for good");
        assert_eq!(cache.get(&key(2), at(0)), None);
    }

    #[test]
    fn the_oldest_makes_room() {
        let mut cache = Cache::new(3);
        for number in 0..5 {
            cache.put(key(number), number, at(100));
        }
        let kept: Vec<Option<u8>> = (0..5).map(|it| cache.get(&key(it), at(0))).collect();
        assert_eq!(kept, [None, None, Some(2), Some(3), Some(4)]);
    }

    #[test]
    fn no_use_makes_it_larger_than_its_bound() {
        let mut cache = Cache::new(3);
        for round in 0..1000_u32 {
            // One that is put in again and again, and others that come and go.
            cache.put(key(7), round, at(100));
            cache.put([round.to_le_bytes()[0]; 32], round, at(i64::from(round)));
            cache.get(&key(0), at(i64::from(round)));
            assert!(cache.entries.len() <= 3 && cache.order.len() <= 3);
        }
        assert_eq!(cache.get(&key(7), at(0)), Some(999));
    }
}

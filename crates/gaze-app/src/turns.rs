//! Turns at something of which only so much may go on at once, given out fairly.
//!
//! Who waits is served by key, the keys in a circle, and first come, first served within a key: one
//! key with a thousand waiting delays another's one by one turn, not by a thousand.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// Waiting places of those who went away are cleared when a key has so many, and at each doubling.
const SWEEP: usize = 64;

/// The turns of one thing. Clones share them.
#[derive(Clone)]
pub(crate) struct Turns<K: Key>(Arc<Mutex<State<K>>>);

/// What tells those who are to be treated alike.
pub(crate) trait Key: Clone + Eq + Hash + Send + 'static {}

impl<K: Clone + Eq + Hash + Send + 'static> Key for K {}

struct State<K: Key> {
    /// Turns that nobody has.
    free: usize,
    /// Most turns that one key may have.
    most_of_one: usize,
    held: HashMap<K, usize>,
    /// The keys that wait, the next one first; each has at least one place in `places`.
    circle: VecDeque<K>,
    places: HashMap<K, VecDeque<oneshot::Sender<Turn<K>>>>,
}

/// A turn, which ends when this is dropped.
pub(crate) struct Turn<K: Key>(Option<(Turns<K>, K)>);

/// How many turns there are of each sort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) held: usize,
    pub(crate) waiting: usize,
}

impl<K: Key> Turns<K> {
    /// As many turns as that at once, and at most `most_of_one` of one key.
    pub(crate) fn new(many: usize, most_of_one: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            free: many.max(1),
            most_of_one: most_of_one.max(1),
            held: HashMap::new(),
            circle: VecDeque::new(),
            places: HashMap::new(),
        })))
    }

    /// Waits for a turn. Giving up the wait gives up the place.
    pub(crate) async fn take(&self, key: K) -> Turn<K> {
        let place = {
            let mut state = self.state();
            // Whoever waits while a turn is free may not have more: nobody is overtaken.
            if state.may_have(&key) {
                return state.give(self, key);
            }
            state.wait(key)
        };
        match place.await {
            Ok(turn) => turn,
            // Places are only given up by those who wait in them.
            Err(_lost) => Turn(None),
        }
    }

    pub(crate) fn tally(&self) -> Tally {
        let state = self.state();
        let open = |places: &VecDeque<oneshot::Sender<Turn<K>>>| {
            places.iter().filter(|place| !place.is_closed()).count()
        };
        Tally {
            held: state.held.values().sum(),
            waiting: state.places.values().map(open).sum(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State<K>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, key: &K) {
        let mut state = self.state();
        state.take_back(key);
        while let Some((next, place)) = state.next() {
            let turn = state.give(self, next.clone());
            if let Err(mut unwanted) = place.send(turn) {
                // Dropped as it is, it would end a second time.
                unwanted.0 = None;
                state.take_back(&next);
            }
        }
    }
}

impl<K: Key> State<K> {
    fn may_have(&self, key: &K) -> bool {
        let has = self.held.get(key).copied().unwrap_or(0);
        self.free > 0 && has < self.most_of_one
    }

    fn give(&mut self, turns: &Turns<K>, key: K) -> Turn<K> {
        self.free -= 1;
        *self.held.entry(key.clone()).or_default() += 1;
        Turn(Some((turns.clone(), key)))
    }

    fn take_back(&mut self, key: &K) {
        self.free += 1;
        if let Some(has) = self.held.get_mut(key) {
            *has -= 1;
            if *has == 0 {
                self.held.remove(key);
            }
        }
    }

    fn wait(&mut self, key: K) -> oneshot::Receiver<Turn<K>> {
        let (place, turn) = oneshot::channel();
        let places = self.places.entry(key.clone()).or_default();
        if places.is_empty() {
            self.circle.push_back(key);
        }
        if places.len() >= SWEEP && places.len().is_power_of_two() {
            places.retain(|place| !place.is_closed());
        }
        places.push_back(place);
        turn
    }

    /// The place that is next, if there is a turn for it. Its key goes to the end of the circle.
    fn next(&mut self) -> Option<(K, oneshot::Sender<Turn<K>>)> {
        let at = self.circle.iter().position(|key| self.may_have(key))?;
        let key = self.circle.remove(at)?;
        let places = self.places.get_mut(&key)?;
        let place = places.pop_front()?;
        if places.is_empty() {
            self.places.remove(&key);
        } else {
            self.circle.push_back(key.clone());
        }
        Some((key, place))
    }
}

impl<K: Key> Drop for Turn<K> {
    fn drop(&mut self) {
        if let Some((turns, key)) = self.0.take() {
            turns.end(&key);
        }
    }
}

impl<K: Key> fmt::Debug for Turns<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Turns").field(&self.tally()).finish()
    }
}

impl<K: Key> fmt::Debug for Turn<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Turn")
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::Poll;

    use futures_util::poll;

    use super::*;

    type Waiting<'t> = Pin<Box<dyn Future<Output = Turn<char>> + 't>>;

    /// Those who wait, in the order in which they came.
    async fn queue<'t>(turns: &'t Turns<char>, keys: &str) -> Vec<(char, Waiting<'t>)> {
        let mut queue = Vec::new();
        for key in keys.chars() {
            let mut waiting: Waiting<'t> = Box::pin(turns.take(key));
            assert!(poll!(&mut waiting).is_pending(), "{key} waits");
            queue.push((key, waiting));
        }
        queue
    }

    /// Takes a turn away, and says who has got one.
    async fn served(queue: &mut Vec<(char, Waiting<'_>)>) -> Vec<(char, Turn<char>)> {
        let mut served = Vec::new();
        let mut still = Vec::new();
        for (key, mut waiting) in queue.drain(..) {
            match poll!(&mut waiting) {
                Poll::Ready(turn) => served.push((key, turn)),
                Poll::Pending => still.push((key, waiting)),
            }
        }
        *queue = still;
        served
    }

    #[tokio::test]
    async fn one_key_with_many_does_not_hold_up_another_with_one() {
        let turns = Turns::new(1, 1);
        let mut turn = turns.take('a').await;
        let mut queue = queue(&turns, "aaaaabcc").await;
        let mut order = String::new();
        while !queue.is_empty() {
            drop(turn);
            let mut served = served(&mut queue).await;
            assert_eq!(served.len(), 1);
            let (key, next) = served.remove(0);
            order.push(key);
            turn = next;
        }
        assert_eq!(order, "abcacaaa");
    }

    #[tokio::test]
    async fn one_key_never_has_more_than_its_most() {
        let turns = Turns::new(3, 2);
        let mut held = vec![turns.take('a').await, turns.take('a').await];
        let mut queue = queue(&turns, "aa").await;
        // The third turn is free, and somebody else's.
        let other = turns.take('b').await;
        assert_eq!(
            turns.tally(),
            Tally {
                held: 3,
                waiting: 2
            }
        );
        drop(other);
        assert!(served(&mut queue).await.is_empty());
        held.pop();
        assert_eq!(served(&mut queue).await.len(), 1);
    }

    #[tokio::test]
    async fn whoever_gives_up_loses_only_the_own_place() {
        let turns = Turns::new(1, 1);
        let turn = turns.take('a').await;
        let mut queue = queue(&turns, "abc").await;
        drop(queue.remove(0));
        assert_eq!(
            turns.tally(),
            Tally {
                held: 1,
                waiting: 2
            }
        );
        drop(turn);
        // A turn that was given and never looked at comes back as well.
        drop(queue.remove(0));
        let served = served(&mut queue).await;
        assert_eq!(served[0].0, 'c');
        drop(served);
        assert_eq!(turns.tally(), Tally::default());
        drop(turns.take('d').await);
    }

    #[tokio::test]
    async fn places_of_those_who_went_away_are_cleared() {
        let turns = Turns::new(1, 1);
        let _turn = turns.take('a').await;
        for _ in 0..SWEEP * 4 {
            drop(queue(&turns, "b").await);
        }
        assert!(turns.state().places[&'b'].len() <= SWEEP);
    }
}

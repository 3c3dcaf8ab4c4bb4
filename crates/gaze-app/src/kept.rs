//! What was read from the catalogue and is kept until the rows that it was made of change.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use gaze_catalog::Failure;
use gaze_domain::Result;
use gaze_sql::{Db, Watch};
use tokio::sync::OnceCell;

/// Values by key.
#[derive(Debug)]
pub(crate) struct Kept<K, V> {
    watch: Watch,
    /// How heavy the values may be together; beyond that, all are forgotten.
    most: usize,
    weigh: fn(&K, &V) -> usize,
    values: Mutex<Values<K, V>>,
}

#[derive(Debug)]
struct Values<K, V> {
    /// What the watch said before they were read.
    changes: u64,
    weight: usize,
    by_key: HashMap<K, Arc<V>>,
    /// What is being read, and what the watch said before: others who ask for it meanwhile wait for
    /// the same answer.
    reading: HashMap<K, (u64, Weak<Reading<V>>)>,
}

type Reading<V> = OnceCell<Option<Arc<V>>>;

/// Readings that nobody waits for any more are cleared when there are so many.
const SWEEP: usize = 256;

impl<K: Clone + Eq + Hash, V> Kept<K, V> {
    /// Keeps at most so many values that are made of rows of those tables alone.
    pub(crate) fn new(db: &Db, tables: &'static [&'static str], most: usize) -> Self {
        Self::weighed(db, tables, most, |_key, _value| 1)
    }

    /// The same, of values that are not alike.
    pub(crate) fn weighed(
        db: &Db,
        tables: &'static [&'static str],
        most: usize,
        weigh: fn(&K, &V) -> usize,
    ) -> Self {
        Self {
            watch: db.watch(tables),
            most,
            weigh,
            values: Mutex::new(Values {
                changes: 0,
                weight: 0,
                by_key: HashMap::new(),
                reading: HashMap::new(),
            }),
        }
    }

    /// The value of that key, as it is in the catalogue now. `read` says `None` for what is not
    /// there, which is not kept: clients could ask for anything.
    pub(crate) async fn get<F>(&self, key: K, read: impl FnOnce(K) -> F) -> Result<Option<Arc<V>>>
    where
        F: Future<Output = Result<Option<V>>>,
    {
        // Before anything is read: a change in between makes the value stale, never the reverse.
        let changes = self.watch.changes().await.map_err(Failure::from)?;
        let reading = match self.values().find(changes, &key) {
            Found::Kept(value) => return Ok(Some(value)),
            Found::Reading(reading) => reading,
        };
        // Should whoever reads fail or go away, the next one who waits reads.
        let value = reading.get_or_try_init(|| async {
            let value = read(key.clone()).await?.map(Arc::new);
            self.values().end_reading(&key, &reading);
            if let Some(value) = &value {
                self.keep(changes, key, value);
            }
            Ok(value)
        });
        value.await.cloned()
    }

    fn keep(&self, changes: u64, key: K, value: &Arc<V>) {
        let weight = (self.weigh)(&key, value);
        if weight > self.most {
            return;
        }
        let mut values = self.values();
        if values.changes < changes || values.weight + weight > self.most {
            values.by_key.clear();
            values.weight = 0;
        }
        // What others have read after a later change stays.
        if values.changes <= changes && values.by_key.insert(key, Arc::clone(value)).is_none() {
            values.weight += weight;
        }
        values.changes = values.changes.max(changes);
    }

    fn values(&self) -> MutexGuard<'_, Values<K, V>> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Found<V> {
    Kept(Arc<V>),
    Reading(Arc<Reading<V>>),
}

impl<K: Clone + Eq + Hash, V> Values<K, V> {
    /// The value as it is at that number of changes, or a reading of it that has begun no earlier,
    /// or a new one.
    fn find(&mut self, changes: u64, key: &K) -> Found<V> {
        if self.changes == changes
            && let Some(value) = self.by_key.get(key)
        {
            return Found::Kept(Arc::clone(value));
        }
        if let Some((begun, reading)) = self.reading.get(key)
            && *begun >= changes
            && let Some(reading) = reading.upgrade()
        {
            return Found::Reading(reading);
        }
        if self.reading.len() >= SWEEP {
            self.reading.retain(|_, (_, it)| it.strong_count() > 0);
        }
        let reading = Arc::default();
        let noted = (changes, Arc::downgrade(&reading));
        self.reading.insert(key.clone(), noted);
        Found::Reading(reading)
    }

    fn end_reading(&mut self, key: &K, reading: &Arc<Reading<V>>) {
        let of_key = self.reading.get(key);
        if of_key.is_some_and(|(_, it)| it.as_ptr() == Arc::as_ptr(reading)) {
            self.reading.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use gaze_domain::Error;
    use gaze_sql::testing::{Fresh, databases};
    use gaze_sql::{Migration, SqlError};
    use tokio::sync::Notify;

    use super::*;

    const TABLES: &[Migration] = &[Migration {
        version: 1,
        name: "tables",
        sql: "CREATE TABLE word (id TEXT PRIMARY KEY, text TEXT NOT NULL);
              CREATE TABLE other (id TEXT PRIMARY KEY);
              INSERT INTO word (id, text) VALUES ('a', 'one'), ('b', 'one');
              -- Only on PostgreSQL:
              CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON word
                  EXECUTE FUNCTION count_change();",
    }];

    async fn run(db: &Db, sql: &'static str) {
        let written = db.write(move |tx| Box::pin(async move { tx.execute(sql, &[]).await }));
        let _rows: Result<u64, SqlError> = written.await;
    }

    /// The word, and how many statements that took.
    async fn word(kept: &Kept<String, String>, db: &Db, id: &str) -> (Option<String>, u64) {
        let before = db.statements();
        let found = kept
            .get(id.to_owned(), async |id: String| {
                let sql = "SELECT text FROM word WHERE id = $1";
                let row = db.query_opt(sql, &[id.into()]).await;
                let row = row.map_err(|error| Error::internal("reading", error))?;
                Ok(row.and_then(|row| row.text(0).ok()))
            })
            .await
            .unwrap();
        let found = found.map(|word| word.as_ref().clone());
        (found, db.statements() - before)
    }

    #[tokio::test]
    async fn a_value_is_read_again_when_its_table_has_changed() {
        for fresh in databases().await {
            let db = &fresh.db;
            db.migrate("test", TABLES).await.unwrap();
            let kept = Kept::new(db, &["word"], 10);
            let said = |text: &str, statements| (Some(text.to_owned()), statements);
            assert_eq!(word(&kept, db, "a").await, said("one", 1), "{}", fresh.name);
            assert_eq!(word(&kept, db, "a").await, said("one", 0));
            run(db, "INSERT INTO other (id) VALUES ('a')").await;
            assert_eq!(word(&kept, db, "a").await, said("one", 0));
            run(db, "UPDATE word SET text = 'two' WHERE id = 'b'").await;
            assert_eq!(word(&kept, db, "a").await, said("one", 1));
            assert_eq!(word(&kept, db, "b").await, said("two", 1));
            assert_eq!(word(&kept, db, "a").await, said("one", 0));
            run(db, "DELETE FROM word WHERE id = 'a'").await;
            assert_eq!(word(&kept, db, "a").await, (None, 1));
            assert_eq!(word(&kept, db, "a").await, (None, 1));
        }
    }

    #[tokio::test]
    async fn no_more_is_kept_than_was_said() {
        let fresh = gaze_sql::testing::sqlite().await;
        let db = &fresh.db;
        db.migrate("test", TABLES).await.unwrap();
        let kept = Kept::new(db, &["word"], 1);
        for statements in [1, 1] {
            assert_eq!(word(&kept, db, "a").await.1, statements);
            assert_eq!(word(&kept, db, "b").await.1, 1);
        }
        assert_eq!(word(&kept, db, "b").await.1, 0);
    }

    /// Keeps numbers for as long as no word changes.
    async fn numbers() -> (Fresh, Kept<&'static str, u32>) {
        let fresh = gaze_sql::testing::sqlite().await;
        fresh.db.migrate("test", TABLES).await.unwrap();
        let kept = Kept::new(&fresh.db, &["word"], 10);
        (fresh, kept)
    }

    /// A reading that tells when it has begun, and waits to be let go on.
    #[derive(Default)]
    struct Held {
        begun: Notify,
        go_on: Notify,
    }

    impl Held {
        async fn read(&self, found: u32) -> Result<Option<u32>> {
            self.begun.notify_one();
            self.go_on.notified().await;
            Ok(Some(found))
        }
    }

    #[tokio::test]
    async fn who_asks_while_it_is_read_waits_for_that() {
        let (fresh, kept) = numbers().await;
        let (before, after) = (Held::default(), Held::default());
        let later = async {
            before.begun.notified().await;
            run(&fresh.db, "UPDATE word SET text = 'two' WHERE id = 'b'").await;
            let joining = async {
                after.begun.notified().await;
                let joined = kept.get("a", async |_| Ok(Some(3)));
                let let_go = async {
                    before.go_on.notify_one();
                    after.go_on.notify_one();
                };
                tokio::join!(joined, let_go).0
            };
            tokio::join!(kept.get("a", |_| after.read(2)), joining)
        };
        let (early, (later, joined)) = tokio::join!(kept.get("a", |_| before.read(1)), later);
        let said = [early, later, joined].map(|it| it.unwrap().map(|value| *value));
        assert_eq!(said, [Some(1), Some(2), Some(2)]);
    }

    #[tokio::test]
    async fn when_a_reading_fails_or_is_given_up_the_next_one_reads() {
        let (_fresh, kept) = numbers().await;
        let refused = || Err(Error::invalid("word", "refused"));
        let failing = kept.get("a", async |_| {
            tokio::task::yield_now().await;
            refused()
        });
        let (failed, read) = tokio::join!(failing, kept.get("a", async |_| Ok(Some(1))));
        assert!(failed.is_err());
        assert_eq!(read.unwrap().as_deref(), Some(&1));
        let given_up = kept.get("b", async |_| std::future::pending().await);
        let soon = tokio::time::timeout(std::time::Duration::from_millis(1), given_up);
        let (given_up, read) = tokio::join!(soon, kept.get("b", async |_| Ok(Some(2))));
        assert!(given_up.is_err());
        assert_eq!(read.unwrap().as_deref(), Some(&2));
    }
}

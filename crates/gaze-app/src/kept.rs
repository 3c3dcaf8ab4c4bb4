//! What was read from the catalogue and is kept until the rows that it was made of change.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use gaze_catalog::Failure;
use gaze_domain::Result;
use gaze_sql::{Db, Watch};

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
}

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
        if let Some(value) = self.find(changes, &key) {
            return Ok(Some(value));
        }
        let Some(value) = read(key.clone()).await?.map(Arc::new) else {
            return Ok(None);
        };
        let weight = (self.weigh)(&key, &value);
        if weight > self.most {
            return Ok(Some(value));
        }
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        if values.changes < changes || values.weight + weight > self.most {
            values.by_key.clear();
            values.weight = 0;
        }
        // What others have read after a later change stays.
        if values.changes <= changes && values.by_key.insert(key, Arc::clone(&value)).is_none() {
            values.weight += weight;
        }
        values.changes = values.changes.max(changes);
        Ok(Some(value))
    }

    fn find(&self, changes: u64, key: &K) -> Option<Arc<V>> {
        let values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        (values.changes == changes)
            .then(|| values.by_key.get(key).cloned())
            .flatten()
    }
}

#[cfg(test)]
mod tests {
    use gaze_domain::Error;
    use gaze_sql::testing::databases;
    use gaze_sql::{Migration, SqlError};

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
}

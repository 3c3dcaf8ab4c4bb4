//! Catalogues that earlier versions have left.

use gaze_catalog::{Catalog, MIGRATIONS};
use gaze_sql::testing::{Fresh, databases};

const PROJECT: [&str; 2] = [
    "INSERT INTO domain (id, name, created_at) VALUES ('d', 'd', 0)",
    "INSERT INTO project (id, domain_id, name, enabled, created_at, updated_at)
     VALUES ('p', 'd', 'p', 1, 0, 0)",
];

/// On each database a catalogue from before that migration, with a project `p` and what the
/// statements make, brought up to date.
pub(crate) async fn brought_up_to_date(
    version: u32,
    statements: &'static [&'static str],
) -> Vec<(Fresh, Catalog)> {
    let mut brought = Vec::new();
    for fresh in databases().await {
        let earlier = MIGRATIONS.iter().position(|step| step.version == version);
        let earlier = &MIGRATIONS[..earlier.unwrap()];
        fresh.db.migrate("catalog", earlier).await.unwrap();
        for sql in PROJECT.iter().chain(statements).copied() {
            let done = fresh.db.write(move |tx| {
                Box::pin(async move { tx.execute(sql, &[]).await.map(|_rows| ()) })
            });
            done.await.unwrap();
        }
        let catalog = Catalog::open(fresh.db.clone()).await.unwrap();
        brought.push((fresh, catalog));
    }
    brought
}

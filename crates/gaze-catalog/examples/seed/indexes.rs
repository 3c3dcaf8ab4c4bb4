//! The indexes of images that are dropped while rows go in.

use gaze_catalog::{Catalog, Failure};
use gaze_domain::Result;
use gaze_sql::Kind;

const TABLES: &str = "('image', 'image_tag', 'image_property', 'image_location', 'image_member')";

/// Drops them and returns the statements that make them.
pub(crate) async fn drop_all(catalog: &Catalog) -> Result<Vec<String>> {
    catalog
        .write(|tx| {
            Box::pin(async move {
                let sql = match tx.kind() {
                    // Those of constraints have no text.
                    Kind::Sqlite => format!(
                        "SELECT name, sql FROM sqlite_master WHERE type = 'index'
                         AND sql IS NOT NULL AND tbl_name IN {TABLES} ORDER BY name"
                    ),
                    Kind::Postgres => format!(
                        "SELECT indexname::text, indexdef FROM pg_indexes WHERE tablename IN {TABLES}
                         AND indexdef NOT LIKE 'CREATE UNIQUE%' ORDER BY indexname"
                    ),
                };
                let mut made = Vec::new();
                for row in tx.query(&sql, &[]).await? {
                    tx.execute(&format!("DROP INDEX {}", row.str(0)?), &[])
                        .await?;
                    made.push(row.text(1)?);
                }
                Ok::<_, Failure>(made)
            })
        })
        .await
}

pub(crate) async fn make(catalog: &Catalog, indexes: Vec<String>) -> Result<()> {
    for sql in indexes {
        catalog
            .write(move |tx| {
                Box::pin(async move {
                    tx.execute(&sql, &[]).await?;
                    Ok(())
                })
            })
            .await?;
    }
    let sql = "ANALYZE";
    catalog
        .write(move |tx| {
            Box::pin(async move {
                // SQLite's planner is written for without statistics, as services have none.
                if tx.kind() == Kind::Postgres {
                    tx.execute(sql, &[]).await?;
                }
                Ok(())
            })
        })
        .await
}

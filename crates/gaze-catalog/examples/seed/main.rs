//! Fills the catalogue of a service that has been started once and stopped, for measurements.
//!
//! `cargo run --release -p gaze-catalog --example seed -- gaze-data/gaze.db 1000000`
//!
//! The second argument is the number of images, the first a SQLite file or a `postgres://` URL.
//! Prints one JSON object: tokens and ids to make requests with.
//!
//! A million rows go in within minutes because nothing is kept in order that need not be: the
//! images come in the order of their ids, which most indexes begin with, and the other indexes of
//! images are dropped first and made anew at the end.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what this program is for, and how far it is"
)]

mod images;
mod indexes;
mod people;

use std::error::Error;
use std::time::Instant;

use gaze_catalog::Catalog;
use gaze_sql::{Db, Kind, Target};
use serde_json::json;

use images::Plan;

/// Images of one transaction.
const BATCH: usize = 10_000;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let mut words = std::env::args().skip(1);
    let (Some(database), Some(many), None) = (words.next(), words.next(), words.next()) else {
        return Err("two words are needed: the database and the number of images".into());
    };
    let target = if database.starts_with("postgres") {
        Target::Postgres {
            url: database,
            max_connections: 4,
        }
    } else {
        Target::Sqlite {
            path: database.into(),
        }
    };
    let db = Db::open(&target).await?;
    let catalog = Catalog::open(db.clone()).await?;
    let places = people::places(&catalog).await?;
    let plan = Plan::new(many.parse()?);
    let begun = Instant::now();
    let people = people::seed(&catalog, &plan, &places).await?;
    let indexes = indexes::drop_all(&catalog).await?;
    for first in (0..plan.len()).step_by(BATCH) {
        let (plan, places) = (plan.clone(), places.clone());
        catalog
            .write(move |tx| {
                Box::pin(async move {
                    let end = plan.len().min(first + BATCH);
                    images::seed(tx, &plan, &places, first..end).await
                })
            })
            .await?;
        if first % (10 * BATCH) == 0 {
            eprintln!("{first} images, {:.0} s", begun.elapsed().as_secs_f64());
        }
    }
    indexes::make(&catalog, indexes).await?;
    let (all, place) = (plan.clone(), places.clone());
    catalog
        .write(move |tx| Box::pin(async move { images::settle(tx, &all, &place).await }))
        .await?;
    if db.kind() == Kind::Postgres {
        // It would do so by itself, in a minute or two.
        catalog
            .write(|tx| Box::pin(async move { Ok(tx.execute("ANALYZE", &[]).await.map(drop)?) }))
            .await?;
    }
    eprintln!("{} s", begun.elapsed().as_secs());
    let said = json!({
        "images": plan.len(),
        "seconds": begun.elapsed().as_secs_f64(),
        "tenant": people.tenant,
        "owner": people.owner,
        "instance": people.instance,
        "region": places.region_name,
        "image": plan.one_of(images::Role::Owner).hyphenated(),
        "own_image": plan.one_of(images::Role::Tenant).hyphenated(),
        "middle": plan.middle().hyphenated(),
    });
    println!("{said}");
    db.close().await;
    Ok(())
}

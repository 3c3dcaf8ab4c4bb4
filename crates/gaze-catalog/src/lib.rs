//! The catalogue: everything Gaze knows, in SQL, on SQLite or PostgreSQL alike.
//!
//! One module a noun. Reading functions take anything that answers queries (a [`Reader`] outside
//! or a [`Tx`] inside a transaction); writing functions take a [`Tx`], so that the app decides
//! what commits together. No function does I/O other than SQL.

#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the closures are higher-ranked over the row's lifetime, the methods are not"
)]

pub mod access_key;
pub mod application_credential;
pub mod arriving;
pub mod at_hand;
pub mod call;
pub mod cluster;
mod columns;
pub mod domain;
pub mod existence;
pub mod export;
pub mod external;
mod failure;
pub mod image;
pub mod instance;
pub mod json;
pub mod location;
pub mod long_job;
pub mod member;
pub mod metadef;
pub mod ownership;
pub mod placing;
pub mod pool;
pub mod project;
pub mod region;
pub mod rows;
pub mod setting;
pub mod snapshot;
pub mod store;
pub mod tag;
pub mod tag_pattern;
pub mod token;
pub mod upload_ticket;
pub mod user;
pub mod volume;
pub mod watched;
pub mod zone;

use gaze_domain::{Error, ProjectId};
use gaze_sql::{BoxFuture, Db, Migration};

pub use failure::Failure;
pub use gaze_sql::Tx;
pub use rows::{Reader, Rows};

/// The schema, in the order in which it grew.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "catalogue",
        sql: include_str!("../migrations/0001_catalogue.sql"),
    },
    Migration {
        version: 2,
        name: "calls",
        sql: include_str!("../migrations/0002_calls.sql"),
    },
    Migration {
        version: 3,
        name: "long job",
        sql: include_str!("../migrations/0003_long_job.sql"),
    },
    Migration {
        version: 4,
        name: "tag",
        sql: include_str!("../migrations/0004_tag.sql"),
    },
    Migration {
        version: 5,
        name: "upload ticket",
        sql: include_str!("../migrations/0005_upload_ticket.sql"),
    },
    Migration {
        version: 6,
        name: "export",
        sql: include_str!("../migrations/0006_export.sql"),
    },
    Migration {
        version: 7,
        name: "snapshot",
        sql: include_str!("../migrations/0007_snapshot.sql"),
    },
    Migration {
        version: 10,
        name: "people",
        sql: include_str!("../migrations/0010_people.sql"),
    },
    Migration {
        version: 20,
        name: "tags of everything",
        sql: include_str!("../migrations/0020_tags_of_everything.sql"),
    },
    Migration {
        version: 30,
        name: "metadef",
        sql: include_str!("../migrations/0030_metadef.sql"),
    },
    Migration {
        version: 40,
        name: "image placing",
        sql: include_str!("../migrations/0040_image_placing.sql"),
    },
    Migration {
        version: 41,
        name: "image at hand",
        sql: include_str!("../migrations/0041_image_at_hand.sql"),
    },
    Migration {
        version: 50,
        name: "external authority",
        sql: include_str!("../migrations/0050_external_authority.sql"),
    },
    Migration {
        version: 70,
        name: "image revision",
        sql: include_str!("../migrations/0070_image_revision.sql"),
    },
    Migration {
        version: 79,
        name: "count changes",
        sql: include_str!("../migrations/0079_count_changes.sql"),
    },
    Migration {
        version: 80,
        name: "application credential",
        sql: include_str!("../migrations/0080_application_credential.sql"),
    },
    Migration {
        version: 81,
        name: "image class",
        sql: include_str!("../migrations/0081_image_class.sql"),
    },
    Migration {
        version: 82,
        name: "count machine changes",
        sql: include_str!("../migrations/0082_count_machine_changes.sql"),
    },
    Migration {
        version: 83,
        name: "covering indexes",
        sql: include_str!("../migrations/0083_covering_indexes.sql"),
    },
    Migration {
        version: 84,
        name: "charge project",
        sql: include_str!("../migrations/0084_charge_project.sql"),
    },
    Migration {
        version: 85,
        name: "member age",
        sql: include_str!("../migrations/0085_member_age.sql"),
    },
    Migration {
        version: 86,
        name: "member class",
        sql: include_str!("../migrations/0086_member_class.sql"),
    },
];

/// A handle on the catalogue. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Catalog {
    db: Db,
}

impl Catalog {
    /// Brings the schema up to date and takes the connection.
    pub async fn open(db: Db) -> Result<Self, Error> {
        db.migrate("catalog", MIGRATIONS)
            .await
            .map_err(Failure::from)?;
        Ok(Self { db })
    }

    /// For reads outside a transaction.
    pub fn read(&self) -> Reader<'_> {
        Reader::new(&self.db)
    }

    /// Runs the body as one durable transaction; an error undoes all of it. The body awaits
    /// nothing but the transaction.
    pub async fn write<T, F>(&self, body: F) -> Result<T, Error>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, Failure>> + Send + 'static,
        T: Send + 'static,
    {
        self.db.write(body).await.map_err(Error::from)
    }

    /// The same for the making of images, which are counted against their owner's quota at the end:
    /// fails with [`Error::QuotaExceeded`], and then nothing of the body has happened. What is made
    /// may be seen a moment before it is durable: see [`Db::write_contended`].
    pub async fn write_charged<F>(
        &self,
        owner: ProjectId,
        images: u64,
        body: F,
    ) -> Result<(), Error>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<(), Failure>> + Send + 'static,
    {
        let charged = self.db.write_contended(move |tx| {
            Box::pin(async move {
                body(tx).await?;
                project::charge_last(tx, owner, images, 0).await
            })
        });
        match charged.await {
            Ok(()) => Ok(()),
            Err(failure) => {
                let mut read = self.read();
                let refusal = project::refusal(&mut read, failure, owner, images, 0).await;
                Err(refusal.into())
            }
        }
    }

    /// The connection, for the job queue that lives beside the catalogue.
    pub fn db(&self) -> &Db {
        &self.db
    }
}

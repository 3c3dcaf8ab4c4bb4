//! The images that a machine could change to, narrowed in SQL to those that can pass the rule.

use gaze_domain::{Architecture, Image, Media, ProjectId, StoreId};
use gaze_sql::Value;

use super::read::{self, Read};
use super::revision::{HEAD, Head, decode_head};
use crate::columns::{all, padded, places};
use crate::{Failure, Rows};

/// What images, or classes of them, under that name have to be alike in.
fn could_be_one(of: &str, media: Media) -> String {
    format!(
        "{of}.architecture = $1 AND {of}.media = '{media}' AND {of}.status = 'active' \
         AND {of}.enabled = 1 AND {of}.system = 0"
    )
}

/// Ready, enabled, non-system root disks or installation discs of the architecture with a ready copy
/// in one of the stores; for a tenant, those it owns, public ones and accepted shared ones. Newest
/// first.
///
/// Costs as much as there are images that could be candidates and that the tenant sees: they are all
/// that some classes have. What other tenants keep to themselves is not read. One statement.
pub async fn candidate_heads(
    rows: &mut impl Rows,
    media: Media,
    architecture: Architecture,
    stores: &[StoreId],
    tenant: Option<ProjectId>,
) -> Result<Vec<Head>, Failure> {
    if stores.is_empty() {
        return Ok(Vec::new());
    }
    let (sql, args) = statement(media, architecture, stores, tenant);
    all(rows, &sql, &args, decode_head).await
}

/// What [`candidate_heads`] finds, with its rows: one statement, and one for each thousand images of
/// the answer.
pub async fn read_candidates(
    rows: &mut impl Rows,
    media: Media,
    architecture: Architecture,
    stores: &[StoreId],
    tenant: Option<ProjectId>,
) -> Result<Vec<Read>, Failure> {
    if stores.is_empty() {
        return Ok(Vec::new());
    }
    let (sql, args) = selecting(&read::columns(), media, architecture, stores, tenant);
    read::page(rows, &sql, &args).await
}

/// [`read_candidates`] of root disks for those who keep nothing.
pub async fn candidates(
    rows: &mut impl Rows,
    architecture: Architecture,
    stores: &[StoreId],
    tenant: Option<ProjectId>,
) -> Result<Vec<Image>, Failure> {
    let found = read_candidates(rows, Media::RootDisk, architecture, stores, tenant).await?;
    Ok(found.into_iter().map(|read| read.image).collect())
}

/// The statement that [`candidate_heads`] runs, for tests that look at its plan.
pub fn statement(
    media: Media,
    architecture: Architecture,
    stores: &[StoreId],
    tenant: Option<ProjectId>,
) -> (String, Vec<Value>) {
    selecting(HEAD, media, architecture, stores, tenant)
}

fn selecting(
    columns: &str,
    media: Media,
    architecture: Architecture,
    stores: &[StoreId],
    tenant: Option<ProjectId>,
) -> (String, Vec<Value>) {
    let mut args: Vec<Value> = vec![architecture.as_str().into()];
    args.extend(tenant.map(|project| project.hex().into()));
    let first = args.len() + 1;
    args.extend(padded(stores.iter().map(|id| id.hex().into()).collect()));
    let copied = format!(
        "EXISTS (SELECT 1 FROM image_location l WHERE l.image_id = i.id \
         AND l.state = 'ready' AND l.store_id IN ({}))",
        places(first, args.len() + 1 - first)
    );
    let found = |tables: &str, condition: &str| {
        format!(
            "SELECT {columns}, i.created_at AS made, i.id AS known FROM {tables} CROSS JOIN image i \
             WHERE {condition} AND {copied}"
        )
    };
    let of_class = format!("{} AND i.class_id = c.id", could_be_one("c", media));
    let found = match tenant {
        None => found("image_class c", &of_class),
        // Nothing is found twice: what others have shared is neither public nor the tenant's.
        Some(_) => format!(
            "{} UNION ALL {}",
            found(
                "image_class c",
                &format!("(c.owner_id = $2 OR c.visibility = 'public') AND {of_class}")
            ),
            found(
                "image_member m",
                &format!(
                    "m.project_id = $2 AND m.state = 'accepted' AND i.id = m.image_id \
                     AND i.visibility = 'shared' AND (i.owner_id || '') <> $2 AND {}",
                    could_be_one("i", media)
                )
            )
        ),
    };
    let sql = format!("{found} ORDER BY made DESC, known DESC");
    (sql, args)
}

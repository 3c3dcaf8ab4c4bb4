//! The images that a machine could change to, narrowed in SQL to those that can pass the rule.

use gaze_domain::{Architecture, Image, Media, ProjectId, StoreId};
use gaze_sql::Value;

use super::class::OF_MEMBER;
use super::read::{self, Read};
use super::revision::{HEAD, Head, decode_head};
use crate::columns::{all, padded, places};
use crate::{Failure, Rows};

/// Ready, enabled, non-system root disks or installation discs of the architecture with a ready copy
/// in one of the stores, or, without stores, wherever they are; for a tenant, those it owns, public
/// ones and accepted shared ones. Newest first.
///
/// Costs as much as there are images that could be candidates and that the tenant sees: they are all
/// that some classes have. What other tenants keep to themselves is not read. One statement.
pub async fn candidate_heads(
    rows: &mut impl Rows,
    media: Media,
    architecture: Architecture,
    stores: Option<&[StoreId]>,
    tenant: Option<ProjectId>,
) -> Result<Vec<Head>, Failure> {
    let (sql, args) = statement(media, architecture, stores, tenant);
    all(rows, &sql, &args, decode_head).await
}

/// What [`candidate_heads`] finds, with its rows: one statement, and one for each thousand images of
/// the answer.
pub async fn read_candidates(
    rows: &mut impl Rows,
    media: Media,
    architecture: Architecture,
    stores: Option<&[StoreId]>,
    tenant: Option<ProjectId>,
) -> Result<Vec<Read>, Failure> {
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
    let (media, stores) = (Media::RootDisk, Some(stores));
    let found = read_candidates(rows, media, architecture, stores, tenant).await?;
    Ok(found.into_iter().map(|read| read.image).collect())
}

/// The statement that [`candidate_heads`] runs, for tests that look at its plan.
pub fn statement(
    media: Media,
    architecture: Architecture,
    stores: Option<&[StoreId]>,
    tenant: Option<ProjectId>,
) -> (String, Vec<Value>) {
    selecting(HEAD, media, architecture, stores, tenant)
}

fn selecting(
    columns: &str,
    media: Media,
    architecture: Architecture,
    stores: Option<&[StoreId]>,
    tenant: Option<ProjectId>,
) -> (String, Vec<Value>) {
    let mut args: Vec<Value> = vec![architecture.as_str().into()];
    args.extend(tenant.map(|project| project.hex().into()));
    let copied = stores.map_or(String::new(), |stores| copied(stores, &mut args));
    let could_be_one = format!(
        "c.architecture = $1 AND c.media = '{media}' AND c.status = 'active' AND c.enabled = 1 \
         AND c.system = 0"
    );
    let found = |tables: &str, condition: &str, tie: &str| {
        format!(
            "SELECT {columns}, i.created_at AS made, i.id AS known FROM {tables} CROSS JOIN image i \
             WHERE {condition} AND {could_be_one} AND {tie}{copied}"
        )
    };
    let of_class = |seen| found("image_class c", seen, "i.class_id = c.id");
    let found = match tenant {
        None => of_class("1 = 1"),
        // Nothing is found twice.
        Some(_) => format!(
            "{} UNION ALL {} UNION ALL {}",
            of_class("c.owner_id = $2"),
            of_class("c.visibility = 'public' AND (c.owner_id || '') <> $2"),
            found(
                "image_member m CROSS JOIN image_class c",
                "m.project_id = $2 AND m.state = 'accepted' AND c.id = m.class_id \
                 AND c.visibility = 'shared' AND (c.owner_id || '') <> $2",
                OF_MEMBER
            )
        ),
    };
    let sql = format!("{found} ORDER BY made DESC, known DESC");
    (sql, args)
}

/// The condition of having a ready copy in one of the stores; their ids are added to the arguments.
fn copied(stores: &[StoreId], args: &mut Vec<Value>) -> String {
    if stores.is_empty() {
        return " AND 1 = 0".to_owned();
    }
    let ids = padded(stores.iter().map(|id| id.hex().into()).collect());
    let many = ids.len();
    args.extend(ids);
    let places = places(args.len() + 1 - many, many);
    format!(
        " AND EXISTS (SELECT 1 FROM image_location l WHERE l.image_id = i.id \
         AND l.state = 'ready' AND l.store_id IN ({places}))"
    )
}

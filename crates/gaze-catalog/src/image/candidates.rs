//! The images that a machine could change to, narrowed in SQL to those that can pass the rule.

use gaze_domain::{Architecture, Image, ProjectId, StoreId};
use gaze_sql::Value;

use super::{COLUMNS, decode_page};
use crate::columns::{padded, places};
use crate::{Failure, Rows};

/// What the partial indexes `image_candidate…` are made for.
const COULD_BE_ONE: &str = "i.architecture = $1 AND i.media = 'root-disk' AND i.status = 'active' \
                            AND i.enabled = 1 AND i.system = 0";

/// Ready, enabled, non-system root disks of the architecture with a ready copy in one of the
/// stores; for a tenant, those it owns, public ones and accepted shared ones. Newest first.
///
/// Costs as much as there are images that could be candidates and that the tenant sees; what
/// other tenants keep to themselves is not read. One statement, and one for each thousand images
/// of the answer.
pub async fn candidates(
    rows: &mut impl Rows,
    architecture: Architecture,
    stores: &[StoreId],
    tenant: Option<ProjectId>,
) -> Result<Vec<Image>, Failure> {
    if stores.is_empty() {
        return Ok(Vec::new());
    }
    let (sql, args) = statement(architecture, stores, tenant);
    decode_page(rows, &sql, &args).await
}

/// The statement that [`candidates`] runs, for tests that look at its plan.
pub fn statement(
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
    let order = "ORDER BY i.created_at DESC, i.id DESC";
    let sql = match tenant {
        None => {
            format!("SELECT {COLUMNS} FROM image i WHERE {COULD_BE_ONE} AND {copied} {order}")
        }
        Some(_) => format!(
            "SELECT {COLUMNS} FROM (\
             SELECT i.id FROM image i WHERE i.owner_id = $2 AND {COULD_BE_ONE} \
             UNION SELECT i.id FROM image i WHERE i.visibility = 'public' AND {COULD_BE_ONE} \
             UNION SELECT i.id FROM image_member m CROSS JOIN image i WHERE m.project_id = $2 \
             AND m.state = 'accepted' AND i.id = m.image_id AND i.visibility = 'shared' \
             AND {COULD_BE_ONE}) AS seen CROSS JOIN image i WHERE i.id = seen.id AND {copied} \
             {order}"
        ),
    };
    (sql, args)
}

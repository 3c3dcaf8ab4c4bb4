//! The images that a machine could change to, narrowed in SQL to those that can pass the rule.

use gaze_domain::{Architecture, Image, ProjectId, StoreId};
use gaze_sql::Value;

use super::{COLUMNS, decode_page};
use crate::columns::places;
use crate::{Failure, Rows};

/// Ready, enabled, non-system root disks of the architecture with a ready copy in one of the
/// stores; for a tenant, those it owns, public ones and accepted shared ones. Newest first.
pub async fn candidates(
    rows: &mut impl Rows,
    architecture: Architecture,
    stores: &[StoreId],
    tenant: Option<ProjectId>,
) -> Result<Vec<Image>, Failure> {
    if stores.is_empty() {
        return Ok(Vec::new());
    }
    let mut args: Vec<Value> = vec![architecture.as_str().into()];
    args.extend(stores.iter().map(|id| Value::from(id.hex())));
    let copies = places(2, stores.len());
    let visible = tenant.map_or(String::new(), |project| {
        args.push(project.hex().into());
        let project = args.len();
        format!(
            " AND (i.owner_id = ${project} OR i.visibility = 'public' OR (i.visibility = 'shared' \
             AND EXISTS (SELECT 1 FROM image_member m WHERE m.image_id = i.id \
             AND m.project_id = ${project} AND m.state = 'accepted')))"
        )
    });
    let sql = format!(
        "SELECT {COLUMNS} FROM image i WHERE i.architecture = $1 AND i.media = 'root-disk' \
         AND i.status = 'active' AND i.enabled = 1 AND i.system = 0 \
         AND EXISTS (SELECT 1 FROM image_location l WHERE l.image_id = i.id \
         AND l.state = 'ready' AND l.store_id IN ({copies})){visible} \
         ORDER BY i.created_at DESC, i.id DESC"
    );
    decode_page(rows, &sql, &args).await
}

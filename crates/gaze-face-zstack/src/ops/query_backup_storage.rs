//! QueryBackupStorage: the image stores; everybody may see them.

use gaze_http::Coverage;

use super::answer_rows;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};
use crate::wire::backup_storage::BackupStorage;

pub(crate) const ROUTE: Route = Route {
    name: "QueryBackupStorage",
    class: "org.zstack.header.storage.backup.APIQueryBackupStorageMsg",
    verb: Verb::Get,
    paths: &[
        "/zstack/v1/backup-storage",
        "/zstack/v1/backup-storage/{uuid}",
    ],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[Field::text("uuid")],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    answer_rows(call, &all(call).await?).await
}

/// All that the caller may see.
pub(crate) async fn all(call: &Call) -> Result<Vec<BackupStorage>, Failure> {
    let stores = call
        .app
        .list_stores(call.caller()?)
        .await
        .map_err(|error| call.failure(&error))?;
    Ok(stores.iter().map(map::store::inventory).collect())
}

//! QueryImageStoreBackupStorage: the object stores.

use gaze_domain::StoreKind;
use gaze_http::Coverage;

use super::answer_rows;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "QueryImageStoreBackupStorage",
    class: "org.zstack.storage.backup.imagestore.APIQueryImageStoreBackupStorageMsg",
    verb: Verb::Get,
    paths: &[
        "/zstack/v1/backup-storage/image-store",
        "/zstack/v1/backup-storage/image-store/{uuid}",
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
    let stores = call
        .app
        .list_stores(call.caller()?)
        .await
        .map_err(|error| call.failure(&error))?;
    let all: Vec<_> = stores
        .iter()
        .filter(|store| store.kind == StoreKind::S3)
        .map(map::store::image_store)
        .collect();
    answer_rows(call, &all).await
}

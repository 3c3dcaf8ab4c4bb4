//! DeleteExportedImageFromBackupStorage: ends the exports of an image from a store. What was not
//! exported is as good as deleted.

use gaze_app::ExportChoice;
use gaze_domain::{Noun, StoreId};
use gaze_http::Coverage;

use super::export_image_from_backup_storage::NAMED;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "DeleteExportedImageFromBackupStorage",
    class: "org.zstack.header.storage.backup.APIDeleteExportedImageFromBackupStorageMsg",
    verb: Verb::Delete,
    paths: &["/zstack/v1/backup-storage/{backupStorageUuid}/exported-images/{imageUuid}"],
    action: None,
    params_too: false,
    flow: Flow::Long,
    access: Access::Credentials,
    fields: &[
        Field::text("backupStorageUuid")
            .required()
            .naming(Noun::Store),
        Field::text("imageUuid").required().naming(Noun::Image),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let told = |error| call.failure_named(&error, NAMED);
    let store: StoreId = call
        .params
        .given("backupStorageUuid")
        .parse()
        .map_err(told)?;
    let image = call.params.given("imageUuid").parse().map_err(told)?;
    call.app.get_store(caller, store).await.map_err(told)?;
    let ended = call
        .app
        .delete_exports(caller, image, ExportChoice::From(store), call.job)
        .await
        .map_err(told)?;
    Ok(match ended {
        Some(job) => Outcome::Started(job),
        None => Answer::empty().into(),
    })
}

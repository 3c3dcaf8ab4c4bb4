//! ExportImageFromBackupStorage: an image under an address that needs no session, as it is stored
//! or converted between qcow2 and raw.

use gaze_app::NewExport;
use gaze_domain::{DiskFormat, Noun, StoreId};
use gaze_http::Coverage;

use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::jobs::exported_answer;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "ExportImageFromBackupStorage",
    class: "org.zstack.header.storage.backup.APIExportImageFromBackupStorageMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/backup-storage/{backupStorageUuid}/actions"],
    action: Some("exportImageFromBackupStorage"),
    params_too: false,
    flow: Flow::Long,
    access: Access::Credentials,
    fields: &[
        Field::text("backupStorageUuid")
            .required()
            .naming(Noun::Store),
        Field::text("imageUuid").required().naming(Noun::Image),
        Field::text("exportFormat").one_of(&["raw", "qcow2"]),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

/// The parameters that errors are told by.
pub(super) const NAMED: &[(Noun, &str)] = &[
    (Noun::Store, "backupStorageUuid"),
    (Noun::Image, "imageUuid"),
];

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let told = |error| call.failure_named(&error, NAMED);
    let store: StoreId = call
        .params
        .given("backupStorageUuid")
        .parse()
        .map_err(told)?;
    let new = NewExport {
        image: call.params.given("imageUuid").parse().map_err(told)?,
        store: Some(store),
        format: match call.params.text("exportFormat") {
            Some("raw") => Some(DiskFormat::Raw),
            Some("qcow2") => Some(DiskFormat::Qcow2),
            _ => None,
        },
        job: call.job,
        origin: Some(call.origin.clone()),
    };
    let started = call.app.export_image(caller, new).await.map_err(told)?;
    Ok(match started.job {
        Some(job) => Outcome::Started(job),
        None => exported_answer(&started.exported, &call.origin).into(),
    })
}

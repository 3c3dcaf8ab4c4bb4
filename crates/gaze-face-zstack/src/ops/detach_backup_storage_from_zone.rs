//! DetachBackupStorageFromZone: no longer lets a store serve a zone.

use gaze_domain::Noun;
use gaze_http::Coverage;

use super::id;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::{Code, Failure, api};
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "DetachBackupStorageFromZone",
    class: "org.zstack.header.storage.backup.APIDetachBackupStorageFromZoneMsg",
    verb: Verb::Delete,
    paths: &["/zstack/v1/zones/{zoneUuid}/backup-storage/{backupStorageUuid}"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("zoneUuid").required().naming(Noun::Zone),
        Field::text("backupStorageUuid")
            .required()
            .naming(Noun::Store),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let (store, zone) = (id(call, "backupStorageUuid")?, id(call, "zoneUuid")?);
    let (store, changed) = call
        .app
        .detach_store(call.caller()?, store, zone)
        .await
        .map_err(|error| call.failure_named(&error, &[(Noun::Store, "backupStorageUuid")]))?;
    if !changed {
        return Err(api(
            Code::OperationFailed,
            format!(
                "backup storage[uuid:{}] has not been attached to zone[uuid:{zone}]",
                store.id
            ),
        ));
    }
    Ok(Answer::inventory(&map::store::inventory(&store))?.into())
}

//! ReconnectSftpBackupStorage: ReconnectBackupStorage under the name that is its kind's own.

use gaze_domain::Noun;
use gaze_http::Coverage;

use super::id;
use super::stores::failed;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "ReconnectSftpBackupStorage",
    class: "org.zstack.storage.backup.sftp.APIReconnectSftpBackupStorageMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/backup-storage/sftp/{uuid}/actions"],
    action: Some("reconnectSftpBackupStorage"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[Field::text("uuid").required().naming(Noun::Store)],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let store = call
        .app
        .reconnect_store(call.caller()?, id(call, "uuid")?)
        .await
        .map_err(|error| failed(call, &error))?;
    Ok(Answer::inventory(&map::store::sftp(&store))?.into())
}

//! UpdateSftpBackupStorage: its name and description. It is reached without a login, so `username`,
//! `password` and `sshPort` change nothing.

use gaze_domain::Noun;
use gaze_http::Coverage;

use super::stores::update_store;
use super::{DESCRIPTION, NAME};
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "UpdateSftpBackupStorage",
    class: "org.zstack.storage.backup.sftp.APIUpdateSftpBackupStorageMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/backup-storage/sftp/{uuid}/actions"],
    action: Some("updateSftpBackupStorage"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required().naming(Noun::Store),
        NAME,
        DESCRIPTION,
        Field::text("username").length(0, 255),
        Field::text("password").length(0, 255),
        Field::text("hostname").length(0, 255),
        Field::int("sshPort").within(1, 65_535),
    ],
    coverage: Coverage::Partial("hostname and credentials are ignored"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let store = update_store(call).await?;
    Ok(Answer::inventory(&map::store::sftp(&store))?.into())
}

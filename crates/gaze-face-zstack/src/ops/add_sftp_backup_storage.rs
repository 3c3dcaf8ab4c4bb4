//! AddSftpBackupStorage: a store in a folder of this machine.
//!
//! ZStack reaches the folder through SSH. Here it is local, so `hostname` has to name this machine,
//! and nothing is done with `username`, `password` and `sshPort`: they are not kept.

use gaze_domain::StoreKind;
use gaze_http::Coverage;

use super::stores::add_store;
use super::tags::TAG_UUIDS;
use super::{DESCRIPTION, NAME};
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "AddSftpBackupStorage",
    class: "org.zstack.storage.backup.sftp.APIAddSftpBackupStorageMsg",
    verb: Verb::Post,
    paths: &["/zstack/v1/backup-storage/sftp"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("hostname").required().length(1, 255),
        Field::text("username").required().length(0, 255),
        Field::text("password").required().length(0, 255),
        Field::int("sshPort").within(1, 65_535),
        Field::text("url").required().length(1, 2048),
        NAME.required(),
        DESCRIPTION,
        Field::text("type"),
        Field::flag("importImages"),
        Field::text("resourceUuid").new_uuid(),
        TAG_UUIDS,
    ],
    coverage: Coverage::Partial(
        "only folders of this machine; images that are there already are not imported",
    ),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let store = add_store(call, StoreKind::Fs).await?;
    Ok(Answer::inventory(&map::store::sftp(&store))?.into())
}

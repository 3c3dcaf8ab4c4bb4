//! GetCandidateBackupStorageForCreatingImage: where an image of a volume can go. Of `volumeUuid` and
//! `volumeSnapshotUuid` one has to be given, in the path or in the query.

use gaze_app::CaptureSource;
use gaze_domain::{Error, Noun};
use gaze_http::Coverage;

use crate::answer::{self, Answer};
use crate::call::{Call, Outcome};
use crate::errors::{Code, Failure, api};
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};
use crate::wire::backup_storage::BackupStorage;

const NAME: &str = "GetCandidateBackupStorageForCreatingImage";
const VOLUME: Field = Field::text("volumeUuid").naming(Noun::Volume);
const SNAPSHOT: Field = Field::text("volumeSnapshotUuid").naming(Noun::Snapshot);

/// The operation at one of its paths.
const fn at(paths: &'static [&'static str], fields: &'static [Field]) -> Route {
    Route {
        name: NAME,
        class: "org.zstack.header.image.APIGetCandidateBackupStorageForCreatingImageMsg",
        verb: Verb::Get,
        paths,
        action: None,
        params_too: false,
        flow: Flow::Sync,
        access: Access::Credentials,
        fields,
        coverage: Coverage::Done,
        run: |call| Box::pin(run(call)),
    }
}

pub(crate) const OF_VOLUME: Route = at(
    &["/zstack/v1/images/volumes/{volumeUuid}/candidate-backup-storage"],
    &[VOLUME],
);

pub(crate) const OF_SNAPSHOT: Route = at(
    &["/zstack/v1/images/volume-snapshots/{volumeSnapshotUuid}/candidate-backup-storage"],
    &[SNAPSHOT],
);

pub(crate) const OF_EITHER: Route = at(
    &["/zstack/v1/images/candidate-backup-storage"],
    &[VOLUME, SNAPSHOT],
);

/// By which parameter the call names its source.
const NAMES: &[(Noun, &str)] = &[
    (Noun::Volume, "volumeUuid"),
    (Noun::Snapshot, "volumeSnapshotUuid"),
];

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let told = |error: Error| call.failure_named(&error, NAMES);
    let volume = call.params.text("volumeUuid");
    let snapshot = call.params.text("volumeSnapshotUuid");
    let source = match (volume, snapshot) {
        (Some(volume), _) => CaptureSource::Volume(volume.parse().map_err(told)?),
        (None, Some(snapshot)) => CaptureSource::Snapshot(snapshot.parse().map_err(told)?),
        (None, None) => {
            return Err(api(
                Code::InvalidArgument,
                "either volumeUuid or volumeSnapshotUuid must be set",
            ));
        }
    };
    let stores = call
        .app
        .store_candidates(caller, source)
        .await
        .map_err(told)?;
    let shown = stores.iter().map(map::store::inventory);
    let rows = shown
        .map(|store| answer::json(&store))
        .collect::<Result<_, _>>()?;
    Ok(Answer::inventories::<BackupStorage>(rows).into())
}

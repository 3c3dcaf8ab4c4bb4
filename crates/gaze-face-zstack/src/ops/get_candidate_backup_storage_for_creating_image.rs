//! GetCandidateBackupStorageForCreatingImage: where an image of a volume can go. Of `volumeUuid` and
//! `volumeSnapshotUuid` one has to be given, in the path or in the query.

use gaze_domain::{Noun, VolumeId};
use gaze_http::Coverage;

use crate::answer::{self, Answer};
use crate::call::{Call, Outcome};
use crate::errors::{Code, Failure, api};
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};
use crate::wire::backup_storage::BackupStorage;

const NAME: &str = "GetCandidateBackupStorageForCreatingImage";
const NO_SNAPSHOTS: &str = "volume snapshots are not looked up";
const VOLUME: Field = Field::text("volumeUuid").naming(Noun::Volume);
const SNAPSHOT: Field = Field::text("volumeSnapshotUuid");

/// The operation at one of its paths.
const fn at(paths: &'static [&'static str], fields: &'static [Field], coverage: Coverage) -> Route {
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
        coverage,
        run: |call| Box::pin(run(call)),
    }
}

pub(crate) const OF_VOLUME: Route = at(
    &["/zstack/v1/images/volumes/{volumeUuid}/candidate-backup-storage"],
    &[VOLUME],
    Coverage::Done,
);

pub(crate) const OF_SNAPSHOT: Route = at(
    &["/zstack/v1/images/volume-snapshots/{volumeSnapshotUuid}/candidate-backup-storage"],
    &[SNAPSHOT],
    Coverage::Partial(NO_SNAPSHOTS),
);

pub(crate) const OF_EITHER: Route = at(
    &["/zstack/v1/images/candidate-backup-storage"],
    &[VOLUME, SNAPSHOT],
    Coverage::Partial(NO_SNAPSHOTS),
);

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let (volume, snapshot) = (
        call.params.text("volumeUuid"),
        call.params.text("volumeSnapshotUuid"),
    );
    let volume = match (volume, snapshot) {
        (Some(volume), _) => volume,
        (None, Some(snapshot)) => {
            return Err(api(
                Code::NotFound,
                format!(
                    "invalid field[volumeSnapshotUuid], resource[uuid:{snapshot}, \
                     type:VolumeSnapshotVO] not found"
                ),
            ));
        }
        (None, None) => {
            return Err(api(
                Code::InvalidArgument,
                "either volumeUuid or volumeSnapshotUuid must be set",
            ));
        }
    };
    let told = |error| call.failure_named(&error, &[(Noun::Volume, "volumeUuid")]);
    let volume: VolumeId = volume.parse().map_err(told)?;
    let stores = call
        .app
        .store_candidates(caller, volume)
        .await
        .map_err(told)?;
    let shown = stores.iter().map(map::store::inventory);
    let rows = shown
        .map(|store| answer::json(&store))
        .collect::<Result<_, _>>()?;
    Ok(Answer::inventories::<BackupStorage>(rows).into())
}

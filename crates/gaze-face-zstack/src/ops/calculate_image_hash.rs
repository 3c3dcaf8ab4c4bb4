//! CalculateImageHash: reads the bytes on one backup storage again. A copy that is not what came
//! fails the call; an operator then finds it in the log, too.

use gaze_app::Verification;
use gaze_domain::image::DigestKind;
use gaze_domain::{Noun, StoreId};
use gaze_http::Coverage;

use super::image_id;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "CalculateImageHash",
    class: "org.zstack.header.image.APICalculateImageHashMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/images/{uuid}/actions"],
    action: Some("calculateImageHash"),
    params_too: false,
    flow: Flow::Long,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required().naming(Noun::Image),
        Field::text("backupStorageUuid")
            .required()
            .naming(Noun::Store),
        Field::text("algorithm").one_of(&["MD5", "SHA256", "SHA512"]),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

/// What this call names a store by.
const FIELDS: &[(Noun, &str)] = &[(Noun::Store, "backupStorageUuid")];

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let store: StoreId = call
        .params
        .given("backupStorageUuid")
        .parse()
        .map_err(|error| call.failure(&error))?;
    let wanted = Verification {
        store,
        digest: match call.params.text("algorithm") {
            Some("SHA256") => DigestKind::Sha256,
            Some("SHA512") => DigestKind::Sha512,
            _ => DigestKind::Md5,
        },
        job: call.job,
    };
    let started = call
        .app
        .verify_copy(call.caller()?, image_id(call, "uuid")?, wanted)
        .await
        .map_err(|error| call.failure_named(&error, FIELDS))?;
    Ok(Outcome::Started(started.job))
}

//! DeleteImage: by ZStack's default policy the image stays, recoverable, until it is expunged or
//! its time is over; an operator may choose that bytes are removed at once. `deleteMode` does not
//! change that; neither does it in ZStack. With `backupStorageUuids` only the copies there are
//! deleted. An image that does not exist is as good as deleted.

use gaze_domain::{Error, ImageId};
use gaze_http::Coverage;

use super::store_ids;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::{Code, Failure, api};
use crate::params::{Field, is_uuid};
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "DeleteImage",
    class: "org.zstack.header.image.APIDeleteImageMsg",
    verb: Verb::Delete,
    paths: &["/zstack/v1/images/{uuid}"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required(),
        Field::text("deleteMode").one_of(&["Permissive", "Enforcing"]),
        Field::list("backupStorageUuids"),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let text = call.params.given("uuid");
    let Some(id) = is_uuid(text).then(|| ImageId::parse(text)).flatten() else {
        return Err(api(
            Code::NotFound,
            format!("invalid value[{text}] of field [uuid]"),
        ));
    };
    let mode = call.config.deletion;
    let deleted = match store_ids(call, "backupStorageUuids")? {
        Some(stores) => call.app.delete_copies(caller, id, stores, mode).await,
        None => call.app.delete_image(caller, id, mode).await,
    };
    match deleted {
        Ok(()) | Err(Error::NotFound { .. }) => Ok(Answer::empty().into()),
        Err(error) => Err(call.failure(&error)),
    }
}

//! ExpungeImage: a deleted image is gone for good, with its bytes.

use gaze_domain::{Error, Noun};
use gaze_http::Coverage;

use super::{image_id, must_name_all_copies};
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::{Code, Failure, api};
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "ExpungeImage",
    class: "org.zstack.header.image.APIExpungeImageMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/images/{uuid}/actions"],
    action: Some("expungeImage"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required().naming(Noun::Image),
        Field::list("backupStorageUuids").naming(Noun::Store),
    ],
    coverage: Coverage::Partial(
        "copies on some backup storages only; results are not posted to X-Web-Hook",
    ),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let id = image_id(call, "uuid")?;
    must_name_all_copies(call, caller, id).await?;
    match call.app.purge_image(caller, id).await {
        Ok(()) => Ok(Answer::empty().into()),
        Err(Error::WrongState {
            noun: Noun::Image, ..
        }) => Err(api(
            Code::OperationFailed,
            format!("the image[uuid:{id}] is not deleted on any backup storage"),
        )),
        Err(error) => Err(call.failure(&error)),
    }
}

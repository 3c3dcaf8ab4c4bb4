//! DeleteImage: by ZStack's default policy the image stays, recoverable, until it is expunged or
//! its time is over. `deleteMode` does not change that; neither does it in ZStack. An image that
//! does not exist is as good as deleted.

use gaze_app::DeleteMode;
use gaze_domain::{Error, ImageId};
use gaze_http::Coverage;

use super::must_name_all_copies;
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
    coverage: Coverage::Partial(
        "copies on some backup storages only; results are not posted to X-Web-Hook",
    ),
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
    if call.app.get_image(caller, id).await.is_ok() {
        must_name_all_copies(call, caller, id).await?;
    }
    match call.app.delete_image(caller, id, DeleteMode::Delay).await {
        Ok(()) | Err(Error::NotFound { .. }) => Ok(Answer::empty().into()),
        Err(error) => Err(call.failure(&error)),
    }
}

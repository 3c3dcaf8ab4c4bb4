//! GetUploadImageJobDetails: how far the upload of an image is, and where it goes.
//!
//! Of the address that AddImage told only a hash is kept. While no upload runs, another address is
//! told, which is good until the next is asked for; the first stays good. While one runs, none is.

use gaze_app::UploadState;
use gaze_domain::{ImageId, JobId, Noun};
use gaze_http::Coverage;
use serde_json::{Map, Value};

use super::image_id;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};
use crate::upload;

pub(crate) const ROUTE: Route = Route {
    name: "GetUploadImageJobDetails",
    class: "org.zstack.header.image.APIGetUploadImageJobDetailsMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/images/upload-job/details/{imageId}"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[Field::text("imageId").required().naming(Noun::Image)],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

/// What this call names an image by.
const FIELDS: &[(Noun, &str)] = &[(Noun::Image, "imageId")];

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let id = image_id(call, "imageId")?;
    let state = call
        .app
        .upload_state(call.caller()?, id)
        .await
        .map_err(|error| call.failure_named(&error, FIELDS))?;
    let details: Vec<Value> = state.iter().map(|state| details(call, id, state)).collect();
    let answer = Answer::empty()
        .with("success", true)
        .with("existingJobDetails", details);
    Ok(answer.into())
}

fn details(call: &Call, id: ImageId, state: &UploadState) -> Value {
    let mut details = Map::new();
    let mut put = |key: &str, value: Value| details.insert(key.to_owned(), value);
    put("imageUuid", id.hex().into());
    put("offset", state.received.into());
    let running = state.job.is_some();
    put(
        "longJobState",
        if running { "Running" } else { "Waiting" }.into(),
    );
    if let Some(job) = state.job.map(JobId::hex) {
        put("longJobUuid", job.into());
    }
    if let Some(secret) = &state.secret {
        let address = upload::address(&call.origin, secret);
        put("imageUploadUrl", address.into());
    }
    Value::Object(details)
}

//! GetImageCandidatesForVmToChange: the images that a machine's root disk can be made from anew.
//! Tags are accepted and mean nothing; there is no paging.

use std::sync::Arc;

use bytes::Bytes;
use gaze_app::KeptImage;
use gaze_domain::{Error, InstanceId, Noun};
use gaze_http::{Coverage, joined};

use super::{form, image_list, written};
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::listing::Listing;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};
use crate::wire;

pub(crate) const ROUTE: Route = Route {
    name: "GetImageCandidatesForVmToChange",
    class: "org.zstack.header.vm.APIGetImageCandidatesForVmToChangeMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/vm-instances/{vmInstanceUuid}/image-candidates"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[Field::text("vmInstanceUuid")
        .required()
        .naming(Noun::Instance)],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let failed = |error| call.failure(&error);
    let id: InstanceId = call
        .params
        .given("vmInstanceUuid")
        .parse()
        .map_err(failed)?;
    let names = call.app.catalogue_names(caller).await.map_err(failed)?;
    let write = |images: &[Arc<KeptImage>]| {
        let rows: Result<Vec<Bytes>, Error> = images.iter().map(|it| written(it, &names)).collect();
        Ok(joined("", &rows?, ""))
    };
    let told = call.app.told_candidates(caller, id, form(&names), write);
    if let Some(told) = told.await.map_err(failed)? {
        return Ok(Listing::of_told::<wire::image::Image>(told).into());
    }
    let images = call.app.candidates(caller, id).await.map_err(failed)?;
    Ok(image_list(call, caller, &images).await?.into())
}

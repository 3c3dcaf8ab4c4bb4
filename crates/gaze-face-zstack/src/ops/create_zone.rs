//! CreateZone: a zone of the oldest region, since ZStack knows no regions.

use gaze_app::NewZone;
use gaze_domain::{Noun, ZoneId};
use gaze_http::Coverage;

use super::home_region;
use super::tags::{self, TAG_UUIDS};
use super::{DESCRIPTION, NAME};
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "CreateZone",
    class: "org.zstack.header.zone.APICreateZoneMsg",
    verb: Verb::Post,
    paths: &["/zstack/v1/zones"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        NAME.required(),
        DESCRIPTION,
        Field::text("type"),
        Field::flag("isDefault"),
        Field::text("resourceUuid").new_uuid(),
        TAG_UUIDS,
    ],
    coverage: Coverage::Partial("isDefault is ignored"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let tags = tags::given(call, Noun::Zone).await?;
    let new = NewZone {
        id: call.params.text("resourceUuid").and_then(ZoneId::parse),
        region: home_region(call).await?,
        name: call.params.given("name").to_owned(),
        description: call.params.owned("description"),
    };
    let zone = call
        .app
        .create_tagged_zone(caller, new, tags)
        .await
        .map_err(|error| call.failure(&error))?;
    Ok(Answer::inventory(&map::place::zone(&zone))?.into())
}

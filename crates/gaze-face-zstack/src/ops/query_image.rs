//! QueryImage, and GetImage as ZStack has it: a query for one uuid. Deleted images are shown
//! until they are expunged.

use gaze_http::Coverage;

use super::{answer_page, image_list, image_rows};
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::params::Field;
use crate::query::{Query, images, rows};
use crate::route::{Access, Flow, Route, Verb};
use crate::wire::image::Image;

pub(crate) const ROUTE: Route = Route {
    name: "QueryImage",
    class: "org.zstack.header.image.APIQueryImageMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/images", "/zstack/v1/images/{uuid}"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[Field::text("uuid")],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let mut query = Query::read(&call.query)?;
    if let Some(uuid) = call.params.text("uuid") {
        query.only(uuid);
    }
    let list = images::list(call, &query, images::visible(caller)).await?;
    if let Some(key) = &query.group_by {
        let page = images::groups(call, &query, key, list).await?;
        return answer_page::<Image>(&query, page);
    }
    let total = if query.count || query.with_total {
        let total = call.app.count_images(caller, list.clone()).await;
        total.map_err(|error| call.failure(&error))?
    } else {
        0
    };
    if !query.count && query.fields.is_none() {
        let listing = image_list(call, caller, &images::read(call, list).await?).await?;
        let listing = listing.of_query();
        return Ok(if query.with_total {
            listing.with_total(total)
        } else {
            listing
        }
        .into());
    }
    let rows = if query.count {
        Vec::new()
    } else {
        image_rows(call, caller, &images::read(call, list).await?).await?
    };
    answer_page::<Image>(&query, rows::Page { rows, total })
}

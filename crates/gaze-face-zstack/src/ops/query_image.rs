//! QueryImage, and GetImage as ZStack has it: a query for one uuid. Deleted images are shown
//! until they are expunged.

use gaze_http::Coverage;

use super::image_rows;
use crate::answer::Answer;
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
    coverage: Coverage::Partial(
        "no groupBy, filterName or conditions on volumes; a limit above 1000 is 1000",
    ),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let mut query = Query::read(&call.query)?;
    if let Some(uuid) = call.params.text("uuid") {
        query.only(uuid);
    }
    let list = images::list(&query, images::visible(caller))?;
    let total = if query.count || query.with_total {
        let total = call.app.count_images(caller, list.clone()).await;
        Some(total.map_err(|error| call.failure(&error))?)
    } else {
        None
    };
    if let (true, Some(total)) = (query.count, total) {
        return Ok(Answer::empty().with("total", total).of_query().into());
    }
    let found = if query.limit == 0 {
        Vec::new()
    } else {
        call.app
            .list_images(caller, list)
            .await
            .map_err(|error| call.failure(&error))?
    };
    let mut rows = image_rows(call, caller, &found).await?;
    rows::keep_fields::<Image>(&query, &mut rows)?;
    let answer = Answer::inventories::<Image>(rows).of_query();
    Ok(match total {
        Some(total) => answer.with("total", total),
        None => answer,
    }
    .into())
}

//! QueryAccountResourceRef: which images, machines, volumes and snapshots belong to whom.

use gaze_domain::ProjectId;
use gaze_http::Coverage;
use uuid::Uuid;

use super::answer_page;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::query::{Comparison, Query, Test, rows};
use crate::route::{Access, Flow, Route, Verb};
use crate::wire::resource::AccountResourceRef;

pub(crate) const ROUTE: Route = Route {
    name: "QueryAccountResourceRef",
    class: "org.zstack.header.identity.APIQueryAccountResourceRefMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/accounts/resources/refs"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[],
    coverage: Coverage::Partial("images, machines, volumes and snapshots"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let query = Query::read(&call.query)?;
    let caller = call.caller()?;
    // The conditions are tried on the rows all the same; these two keep the rows few.
    let owned = if let Some(words) = asked(&query, &["resourceUuid"]) {
        let uuids: Vec<Uuid> = words
            .iter()
            .filter_map(|word| Uuid::try_parse(word).ok())
            .collect();
        call.app.owned_among(caller, &uuids).await
    } else {
        let owner = asked(&query, &["accountUuid", "ownerAccountUuid"])
            .and_then(|words| words.first().and_then(|word| ProjectId::parse(word)));
        call.app.list_owned(caller, owner).await
    };
    let owned = owned.map_err(|error| call.failure(&error))?;
    let all: Vec<_> = owned.iter().map(map::resource::reference).collect();
    let page = rows::select::<AccountResourceRef>(call, &query, rows::of(&all)?).await?;
    answer_page::<AccountResourceRef>(&query, page)
}

/// The values that a condition demands of one of these fields: several of `?=`, for the first
/// field one of `=`.
fn asked<'q>(query: &'q Query, fields: &[&str]) -> Option<&'q [String]> {
    let mut found = query
        .conditions
        .iter()
        .filter(|condition| fields.contains(&condition.field.as_str()));
    found.find_map(|condition| match &condition.test {
        Test::Compare(Comparison::Equal, word) => Some(std::slice::from_ref(word)),
        Test::OneOf(words) if fields.len() == 1 => Some(words.as_slice()),
        Test::Compare(..)
        | Test::OneOf(_)
        | Test::NoneOf(_)
        | Test::Like(_)
        | Test::NotLike(_)
        | Test::Null
        | Test::NotNull => None,
    })
}

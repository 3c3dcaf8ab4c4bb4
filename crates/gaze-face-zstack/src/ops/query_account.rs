//! QueryAccount: all accounts for the administrator, its own for everybody else.

use gaze_http::Coverage;

use super::answer_rows;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};
use crate::wire::account::Account;

pub(crate) const ROUTE: Route = Route {
    name: "QueryAccount",
    class: "org.zstack.header.identity.APIQueryAccountMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/accounts", "/zstack/v1/accounts/{uuid}"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[Field::text("uuid")],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    answer_rows(call, &all(call).await?).await
}

/// The accounts that the caller may see.
pub(crate) async fn all(call: &Call) -> Result<Vec<Account>, Failure> {
    let accounts = call
        .app
        .list_accounts(call.caller()?)
        .await
        .map_err(|error| call.failure(&error))?;
    Ok(accounts.iter().map(map::account::inventory).collect())
}

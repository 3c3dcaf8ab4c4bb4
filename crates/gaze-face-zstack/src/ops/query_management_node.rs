//! QueryManagementNode: the one process that is the service, by the name under which the client
//! reached it.

use axum::http::Uri;
use gaze_http::Coverage;

use super::answer_rows;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};
use crate::wire::date;
use crate::wire::management_node::ManagementNode;

pub(crate) const ROUTE: Route = Route {
    name: "QueryManagementNode",
    class: "org.zstack.header.managementnode.APIQueryManagementNodeMsg",
    verb: Verb::Get,
    paths: &[
        "/zstack/v1/management-nodes",
        "/zstack/v1/management-nodes/{uuid}",
    ],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[Field::text("uuid")],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let node = call
        .app
        .node(call.caller()?)
        .await
        .map_err(|error| call.failure(&error))?;
    let shown = ManagementNode {
        uuid: node.id.simple().to_string(),
        host_name: host(&call.origin),
        join_date: date::show(node.started_at),
        heart_beat: date::show(node.seen_at),
    };
    answer_rows(call, &[shown]).await
}

/// The host of an address, without its port.
fn host(origin: &str) -> String {
    let parsed: Option<Uri> = origin.parse().ok();
    parsed
        .as_ref()
        .and_then(Uri::host)
        .unwrap_or(origin)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_has_a_host_and_no_port() {
        for (origin, expected) in [
            ("http://127.0.0.1:9292", "127.0.0.1"),
            ("https://cloud.example", "cloud.example"),
            ("http://[::1]:8080", "[::1]"),
            ("odd", "odd"),
        ] {
            assert_eq!(host(origin), expected);
        }
    }
}

//! Every published operation on images, and where it is served.

use std::future::Future;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::{any, get, post};
use gaze_app::App;
use gaze_http::{Auth, Coverage, Operation};
use serde::Serialize;

use crate::call::{self, Call};
use crate::errors::Failure;
use crate::ops;

const fn operation(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    state: Coverage,
) -> Operation {
    Operation {
        name,
        method,
        path,
        auth: Auth::Required,
        state,
    }
}

/// The custom-image pages of DiDi Cloud's documents, and the calls that their users need besides.
#[rustfmt::skip]
pub const OPERATIONS: &[Operation] = &[
    operation("ListCIMG", "POST", "/dicloud/i/storage/cimg/list", Coverage::Done),
    operation("CreateCIMG", "POST", "/dicloud/i/storage/cimg/create", Coverage::Absent),
    operation("ImportCIMG", "POST", "/dicloud/i/storage/cimg/import", Coverage::Absent),
    operation("DeleteCIMG", "POST", "/dicloud/i/storage/cimg/delete", Coverage::Absent),
    operation("ChangeNameCIMG", "POST", "/dicloud/i/storage/cimg/changeName", Coverage::Absent),
    operation("ListImage", "GET", "/dicloud/i/image/list", Coverage::Done),
    operation("ListRegionAndZone", "POST", "/dicloud/i/region/list", Coverage::Done),
    operation("JobResult", "GET", "/dicloud/i/result", Coverage::Partial("jobs on images only")),
];

#[rustfmt::skip]
pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/dicloud/i/storage/cimg/list", post(list_cimg))
        .route("/dicloud/i/storage/cimg/create", post(absent("CreateCIMG")))
        .route("/dicloud/i/storage/cimg/import", post(absent("ImportCIMG")))
        .route("/dicloud/i/storage/cimg/delete", post(absent("DeleteCIMG")))
        .route("/dicloud/i/storage/cimg/changeName", post(absent("ChangeNameCIMG")))
        .route("/dicloud/i/image/list", get(serve(ops::list_image)))
        .route("/dicloud/i/region/list", post(serve(ops::list_region)))
        .route("/dicloud/i/result", get(serve(ops::job_result)))
        .route("/dicloud/{*path}", any(call::unknown))
        .method_not_allowed_fallback(call::wrong_method)
}

type Pending = std::pin::Pin<Box<dyn Future<Output = Response> + Send>>;

/// A handler that authenticates, reads the parameters, runs the operation and wraps its answer.
fn serve<T, F>(
    operation: fn(Call) -> F,
) -> impl FnOnce(State<App>, Request) -> Pending + Clone + Send + Sync + 'static
where
    T: Serialize + 'static,
    F: Future<Output = Result<T, Failure>> + Send + 'static,
{
    move |State(app), request| Box::pin(call::answer(app, request, operation))
}

async fn list_cimg(State(app): State<App>, request: Request) -> Response {
    call::answer_page(app, request, ops::list_cimg).await
}

fn absent(
    name: &'static str,
) -> impl FnOnce(State<App>, Request) -> Pending + Clone + Send + Sync + 'static {
    move |State(app), request| Box::pin(call::absent(app, request, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The operators' page names exactly the operations of the table, in its order and states.
    #[test]
    fn the_document_has_the_same_table() {
        let page = include_str!("../../../docs/faces/didi.md");
        let documented: Vec<&str> = page
            .lines()
            .filter(|line| line.contains("| `/dicloud/"))
            .collect();
        let expected: Vec<String> = OPERATIONS
            .iter()
            .map(|operation| {
                let state = match operation.state {
                    Coverage::Done => "done".to_owned(),
                    Coverage::Partial(what) => format!("partial: {what}"),
                    Coverage::Absent => "absent".to_owned(),
                };
                let Operation {
                    name, method, path, ..
                } = operation;
                format!("| {name} | {method} | `{path}` | {state} |")
            })
            .collect();
        assert_eq!(documented, expected);
    }
}

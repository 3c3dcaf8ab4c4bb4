//! The layer around every face: request id, span, access log and metrics.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use axum::routing::Route;
use bytes::Bytes;
use gaze_domain::Runtime;
use http::{Method, StatusCode};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tower::{Layer, Service};
use tracing::{Level, Span};

use crate::metrics::Series;
use crate::request_id::{RequestId, X_REQUEST_ID};
use crate::{Metrics, Peer};

/// Wraps a face's routes. Each request gets a [`RequestId`] (an extension and the response header
/// `X-Request-Id`), a span that carries it, and, when its response has been sent or given up, one
/// access log line and its metrics. Queries are not logged: they may hold secrets.
pub fn observe(
    router: Router,
    face: &'static str,
    runtime: Arc<dyn Runtime>,
    metrics: Metrics,
) -> Router {
    router.layer(Observe {
        face,
        runtime,
        metrics,
    })
}

#[derive(Clone, Debug)]
struct Observe {
    face: &'static str,
    runtime: Arc<dyn Runtime>,
    metrics: Metrics,
}

impl Layer<Route> for Observe {
    type Service = Observed;

    fn layer(&self, route: Route) -> Observed {
        Observed {
            observe: self.clone(),
            operations: Arc::default(),
            route,
        }
    }
}

/// A route under observation.
#[derive(Clone, Debug)]
struct Observed {
    observe: Observe,
    operations: Arc<Operations>,
    route: Route,
}

impl Service<Request> for Observed {
    type Response = Response;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        <Route as Service<Request>>::poll_ready(&mut self.route, context)
    }

    fn call(&mut self, mut request: Request) -> Answering {
        let Observe {
            face,
            runtime,
            metrics,
        } = &self.observe;
        let id = RequestId::from_client(request.headers())
            .unwrap_or_else(|| RequestId::fresh(runtime.uuid()));
        let logged = tracing::enabled!(target: "gaze::access", Level::INFO);
        let entry = Entry {
            face,
            started: Instant::now(),
            series: self.operations.series(&request, face, metrics),
            method: request.method().clone(),
            path: logged.then(|| shown(request.uri().path())),
            peer: request.extensions().get::<Peer>().copied(),
            id: id.clone(),
            status: None,
            bytes: 0,
            complete: false,
        };
        let span = tracing::info_span!("request", face, request_id = %id);
        request.extensions_mut().insert(id);
        let answer = span.in_scope(|| self.route.call(request));
        Answering {
            answer,
            entry: Some(entry),
            span,
        }
    }
}

/// An answer that is being made.
struct Answering {
    answer: <Route as Service<Request>>::Future,
    /// Taken when the answer is there.
    entry: Option<Entry>,
    span: Span,
}

impl Future for Answering {
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let entered = this.span.enter();
        let mut response = ready!(Pin::new(&mut this.answer).poll(context))?;
        drop(entered);
        let Some(mut entry) = this.entry.take() else {
            return Poll::Ready(Ok(response));
        };
        let id = entry.id.header_value();
        response.headers_mut().insert(X_REQUEST_ID, id);
        entry.status = Some(response.status());
        // The body of an answer to HEAD is never asked for; an empty one need not be.
        entry.complete = entry.method == Method::HEAD || response.body().is_end_stream();
        Poll::Ready(Ok(response.map(|body| Body::new(Counted { body, entry }))))
    }
}

/// Methods that are told apart. They come from a small set, since they become labels of metrics.
const METHODS: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

/// The metrics of a route's operations, by method; those of other methods come last.
#[derive(Debug, Default)]
struct Operations {
    by_method: [OnceLock<(Box<str>, Arc<Series>)>; METHODS.len() + 1],
}

impl Operations {
    /// What is counted of `METHOD /matched/{path}`.
    fn series(&self, request: &Request, face: &'static str, metrics: &Metrics) -> Arc<Series> {
        let path = request
            .extensions()
            .get::<MatchedPath>()
            .map_or("unmatched", MatchedPath::as_str);
        let known = METHODS.iter().position(|method| method == request.method());
        let at = known.unwrap_or(METHODS.len());
        let method = METHODS.get(at).map_or("OTHER", Method::as_str);
        let fresh = || Arc::new(metrics.series(face, format!("{method} {path}")));
        let (of, series) = self.by_method[at].get_or_init(|| (path.into(), fresh()));
        // One route may serve several paths.
        if **of == *path {
            Arc::clone(series)
        } else {
            fresh()
        }
    }
}

/// Path segments that a secret follows: ZStack names a session by its token, and the address of an
/// upload or an export is a right by itself.
const SECRET_FOLLOWS: &[&str] = &["sessions", "tokens", "upload", "exported"];

/// The path as it may stand in a log.
fn shown(path: &str) -> String {
    let mut segments: Vec<&str> = path.split('/').collect();
    for index in 1..segments.len() {
        if SECRET_FOLLOWS.contains(&segments[index - 1]) && !segments[index].is_empty() {
            segments[index] = "***";
        }
    }
    segments.join("/")
}

/// What is written of a request when it is over, however it ended.
#[derive(Debug)]
struct Entry {
    face: &'static str,
    started: Instant,
    series: Arc<Series>,
    method: Method,
    /// If it will be logged.
    path: Option<String>,
    peer: Option<Peer>,
    id: RequestId,
    /// None until the response's head is known: the client went away before.
    status: Option<StatusCode>,
    bytes: u64,
    complete: bool,
}

/// Written to the log for a client that went away before the answer; a custom of nginx.
const CLIENT_CLOSED: u16 = 499;

impl Drop for Entry {
    fn drop(&mut self) {
        let elapsed = self.started.elapsed();
        let status = self
            .status
            .or_else(|| StatusCode::from_u16(CLIENT_CLOSED).ok())
            .unwrap_or(StatusCode::BAD_REQUEST);
        self.series.record(status, elapsed, self.bytes);
        tracing::info!(
            target: "gaze::access",
            face = self.face,
            method = %self.method,
            path = self.path,
            status = status.as_u16(),
            bytes = self.bytes,
            complete = self.complete,
            duration_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
            request_id = %self.id,
            peer = self.peer.map(|peer| tracing::field::display(peer.0)),
        );
    }
}

/// A response body that knows how much of it was sent.
#[derive(Debug)]
struct Counted {
    body: Body,
    entry: Entry,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        let polled = Pin::new(&mut this.body).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref() {
                    this.entry.bytes += data.len() as u64;
                }
                this.entry.complete = this.body.is_end_stream();
            }
            Poll::Ready(None) => this.entry.complete = true,
            Poll::Ready(Some(Err(_))) | Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;
    use uuid::Uuid;

    #[derive(Debug)]
    struct Fixed;

    impl Runtime for Fixed {
        fn now(&self) -> gaze_domain::Timestamp {
            gaze_domain::Timestamp::UNIX_EPOCH
        }

        fn uuid(&self) -> Uuid {
            Uuid::from_u128(0xabc)
        }

        fn random(&self, buffer: &mut [u8]) {
            buffer.fill(7);
        }
    }

    fn face(metrics: Metrics) -> Router {
        let echo = |id: axum::Extension<RequestId>| async move { id.0.to_string() };
        observe(
            Router::new()
                .route("/things/{id}", get(echo))
                .fallback(|| async { (StatusCode::NOT_FOUND, "nothing here") }),
            "test",
            Arc::new(Fixed),
            metrics,
        )
    }

    async fn ask(router: Router, path: &str, id: Option<&str>) -> (StatusCode, String, String) {
        let mut request = Request::get(path);
        if let Some(id) = id {
            request = request.header(X_REQUEST_ID, id);
        }
        let response = router
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        let status = response.status();
        let header = response.headers()[X_REQUEST_ID]
            .to_str()
            .unwrap()
            .to_owned();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, header, String::from_utf8(body.into()).unwrap())
    }

    #[tokio::test]
    async fn the_handler_and_the_client_see_the_same_id() {
        let fresh = "00000000000000000000000000000abc";
        let (_, header, body) = ask(face(Metrics::default()), "/things/1", None).await;
        assert_eq!((header.as_str(), body.as_str()), (fresh, fresh));
        let (_, header, body) = ask(face(Metrics::default()), "/things/1", Some("mine")).await;
        assert_eq!((header.as_str(), body.as_str()), ("mine", "mine"));
        let (_, header, _) = ask(face(Metrics::default()), "/things/1", Some("a b")).await;
        assert_eq!(header, fresh);
    }

    #[tokio::test]
    async fn requests_are_counted_by_route_not_by_path() {
        let metrics = Metrics::default();
        for path in ["/things/1", "/things/2", "/elsewhere"] {
            ask(face(metrics.clone()), path, None).await;
        }
        let text = metrics.render().unwrap();
        for line in [
            r#"gaze_http_requests_total{face="test",operation="GET /things/{id}",status="200"} 2"#,
            r#"gaze_http_requests_total{face="test",operation="GET unmatched",status="404"} 1"#,
            r#"gaze_http_response_bytes_total{face="test",operation="GET unmatched"} 12"#,
        ] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
    }

    #[test]
    fn tokens_in_paths_are_not_logged() {
        for (path, expected) in [
            ("/v1/images/1", "/v1/images/1"),
            (
                "/v1/accounts/sessions/e4891e6e",
                "/v1/accounts/sessions/***",
            ),
            (
                "/zstack/v1/accounts/sessions/e4891e6e/valid",
                "/zstack/v1/accounts/sessions/***/valid",
            ),
            ("/zstack/upload/Zm9v", "/zstack/upload/***"),
            ("/zstack/exported/c0de/a.raw", "/zstack/exported/***/a.raw"),
            ("/v3/auth/tokens", "/v3/auth/tokens"),
            ("/v3/auth/tokens/", "/v3/auth/tokens/"),
        ] {
            assert_eq!(shown(path), expected);
        }
    }

    #[tokio::test]
    async fn a_response_that_nobody_reads_is_counted_too() {
        let metrics = Metrics::default();
        let request = Request::get("/things/1").body(Body::empty()).unwrap();
        drop(face(metrics.clone()).oneshot(request).await.unwrap());
        let text = metrics.render().unwrap();
        assert!(text.contains(r#"operation="GET /things/{id}",status="200"} 1"#));
        assert!(text.contains(
            r#"gaze_http_response_bytes_total{face="test",operation="GET /things/{id}"} 0"#
        ));
    }
}

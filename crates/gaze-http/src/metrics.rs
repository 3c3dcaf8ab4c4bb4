//! Counters and latencies of requests, in the OpenMetrics text format.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    face: &'static str,
    operation: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Place {
    face: &'static str,
    operation: String,
}

/// Histograms from 1 ms to about 4.6 h in powers of four: a list takes milliseconds, an upload hours.
fn latency() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 4.0, 13))
}

/// The service's metrics. Clones share them.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Arc<Registry>,
    requests: Family<Outcome, Counter>,
    seconds: Family<Place, Histogram, fn() -> Histogram>,
    bytes: Family<Place, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new(Registry::with_prefix("gaze"))
    }
}

impl Metrics {
    /// Adds the metrics of requests to a registry that may hold others already.
    pub fn new(mut registry: Registry) -> Self {
        let requests = Family::default();
        let seconds = Family::new_with_constructor(latency as fn() -> Histogram);
        let bytes = Family::default();
        registry.register(
            "http_requests",
            "Requests answered, by face, operation and status",
            requests.clone(),
        );
        registry.register(
            "http_request_seconds",
            "Time from a request's head to its response's last byte",
            seconds.clone(),
        );
        registry.register(
            "http_response_bytes",
            "Bytes of response bodies sent",
            bytes.clone(),
        );
        Self {
            registry: Arc::new(registry),
            requests,
            seconds,
            bytes,
        }
    }

    /// What is counted of one operation.
    pub(crate) fn series(&self, face: &'static str, operation: String) -> Series {
        let place = Place { face, operation };
        Series {
            seconds: self.seconds.get_or_create_owned(&place),
            bytes: self.bytes.get_or_create_owned(&place),
            requests: self.requests.clone(),
            by_status: Default::default(),
            place,
        }
    }

    /// All metrics as text.
    pub fn render(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)?;
        Ok(text)
    }

    fn respond(&self) -> Response {
        match self.render() {
            Ok(text) => (
                [(
                    header::CONTENT_TYPE,
                    "application/openmetrics-text; version=1.0.0; charset=utf-8",
                )],
                text,
            )
                .into_response(),
            Err(error) => {
                tracing::error!("metrics could not be written: {error}");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

/// The metrics of one operation, found once: to look them up by their labels would take longer than
/// to count.
#[derive(Debug)]
pub(crate) struct Series {
    place: Place,
    seconds: Histogram,
    bytes: Counter,
    requests: Family<Outcome, Counter>,
    /// In the order in which the statuses came first.
    by_status: [OnceLock<(StatusCode, Counter)>; STATUSES],
}

/// Statuses of an operation whose counters are kept; further ones are looked up each time.
const STATUSES: usize = 8;

impl Series {
    pub(crate) fn record(&self, status: StatusCode, elapsed: Duration, bytes: u64) {
        self.seconds.observe(elapsed.as_secs_f64());
        self.bytes.inc_by(bytes);
        let known = self.by_status.iter().find_map(|kept| {
            let (of, counter) = kept.get_or_init(|| (status, self.counter(status)));
            (*of == status).then_some(counter)
        });
        match known {
            Some(counter) => counter.inc(),
            None => self.counter(status).inc(),
        };
    }

    fn counter(&self, status: StatusCode) -> Counter {
        self.requests.get_or_create_owned(&Outcome {
            face: self.place.face,
            operation: self.place.operation.clone(),
            status: status.as_u16(),
        })
    }
}

/// `GET /metrics` and `GET /healthz`. The latter answers `ok` as long as the process serves; it
/// says nothing of the database or the stores.
pub fn router(metrics: Metrics) -> Router {
    Router::new()
        .route(
            "/metrics",
            get(move || std::future::ready(metrics.respond())),
        )
        .route("/healthz", get(|| std::future::ready("ok\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_request_is_found_in_the_text() {
        let metrics = Metrics::default();
        let series = metrics.series("didi", "GET /dicloud/i/result".to_owned());
        series.record(StatusCode::OK, Duration::from_millis(2), 17);
        let text = metrics.render().unwrap();
        for line in [
            r#"gaze_http_requests_total{face="didi",operation="GET /dicloud/i/result",status="200"} 1"#,
            r#"gaze_http_response_bytes_total{face="didi",operation="GET /dicloud/i/result"} 17"#,
            r#"gaze_http_request_seconds_bucket{le="0.004",face="didi",operation="GET /dicloud/i/result"} 1"#,
        ] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
    }
    #[test]
    fn every_status_is_counted_however_many_there_are() {
        let metrics = Metrics::default();
        let statuses = || (400..412).map(|code| StatusCode::from_u16(code).unwrap());
        for _again in 0..2 {
            let series = metrics.series("didi", "GET /".to_owned());
            for status in statuses().chain(statuses()) {
                series.record(status, Duration::ZERO, 0);
            }
        }
        let text = metrics.render().unwrap();
        for status in statuses().map(|status| status.as_u16()) {
            let line = format!(r#"operation="GET /",status="{status}"}} 4"#);
            assert!(text.contains(&line), "{line} is missing in\n{text}");
        }
    }
}

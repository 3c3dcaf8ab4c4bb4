//! What the app counts by itself, among the metrics of requests.

use std::fmt;

use gaze_app::App;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

/// A registry that asks the app each time.
pub(crate) fn registry(app: &App) -> Registry {
    let mut registry = Registry::with_prefix("gaze");
    registry.register_collector(Box::new(Counts(app.clone())));
    registry
}

#[derive(Debug)]
struct Counts(App);

impl Collector for Counts {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let notices = self.0.notice_counts();
        let keystone = self.0.keystone_counts();
        let throttled = self.0.throttle_counts();
        for (name, help, count) in [
            (
                "notices_delivered",
                "Answers received by web hooks",
                notices.delivered,
            ),
            (
                "notices_retried",
                "Tries to call a web hook that failed and were followed by another",
                notices.retried,
            ),
            (
                "notices_given_up",
                "Answers that web hooks never received",
                notices.given_up,
            ),
            (
                "throttled_requests",
                "Requests of projects that were at their limit",
                throttled.requests,
            ),
            (
                "throttled_logins",
                "Logins that came too soon after wrong passwords",
                throttled.logins,
            ),
            (
                "keystone_tokens_remembered",
                "Tokens that Keystone was not asked about again",
                keystone.remembered,
            ),
            (
                "keystone_tokens_accepted",
                "Tokens that Keystone knew and that open this service",
                keystone.accepted,
            ),
            (
                "keystone_tokens_refused",
                "Tokens that Keystone did not know or that open nothing here",
                keystone.refused,
            ),
            (
                "keystone_tokens_unanswered",
                "Tokens that Keystone could not be asked about",
                keystone.unanswered,
            ),
            (
                "keystone_logins",
                "Logins of this service at Keystone",
                keystone.logins,
            ),
        ] {
            let count = ConstCounter::new(count);
            let metric = encoder.encode_descriptor(name, help, None, count.metric_type())?;
            count.encode(metric)?;
        }
        let uploads = self.0.upload_counts();
        for (name, help, count) in [
            (
                "uploads_running",
                "Uploads whose bytes are taken",
                uploads.running,
            ),
            (
                "uploads_waiting",
                "Uploads that wait for their turn",
                uploads.waiting,
            ),
        ] {
            let gauge = ConstGauge::new(i64::try_from(count).unwrap_or(i64::MAX));
            let metric = encoder.encode_descriptor(name, help, None, gauge.metric_type())?;
            gauge.encode(metric)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use gaze_testkit::World;

    use super::*;

    #[tokio::test]
    async fn the_app_is_asked_for_its_counts() {
        let world = World::new().await;
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry(&world.app)).unwrap();
        for name in [
            "notices_delivered",
            "notices_retried",
            "notices_given_up",
            "throttled_requests",
            "throttled_logins",
            "keystone_tokens_remembered",
            "keystone_tokens_accepted",
            "keystone_tokens_refused",
            "keystone_tokens_unanswered",
            "keystone_logins",
        ] {
            assert!(text.contains(&format!("gaze_{name}_total 0\n")), "{text}");
        }
        for name in ["uploads_running", "uploads_waiting"] {
            assert!(text.contains(&format!("gaze_{name} 0\n")), "{text}");
        }
    }
}

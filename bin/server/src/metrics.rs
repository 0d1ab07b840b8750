use std::time::Duration;

use prometheus::{
    HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder,
};
use sms_gateway::ErrorClass;
use sms_service::SentCode;

/// From a cached answer to a provider that takes its time, in seconds.
const BUCKETS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0,
];

/// Every metric there is. Labels have few values, none of which comes from a request.
pub(crate) struct Metrics {
    registry: Registry,
    /// Requests by route and outcome.
    requests: IntCounterVec,
    /// How long they took.
    duration: HistogramVec,
    /// Messages by sender and result: `accepted`, or the class of the failure.
    sends: IntCounterVec,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let registry = Registry::new();
        let requests = counters(
            "sms_http_requests_total",
            "Requests to the public listener by route and outcome.",
            &["route", "outcome"],
        );
        let sends = counters(
            "sms_sends_total",
            "Messages handed to a sender, by sender and result.",
            &["sender", "result"],
        );
        let options = HistogramOpts::new(
            "sms_http_request_duration_seconds",
            "Time from the head of a request to the head of its answer.",
        );
        let duration = HistogramVec::new(options.buckets(BUCKETS.to_vec()), &["route"]);
        let duration = duration.expect("a valid name");
        let build = Opts::new("sms_build_info", "The version that runs.");
        let build = IntGaugeVec::new(build, &["version"]).expect("a valid name");
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        for collector in [
            Box::new(requests.clone()) as Box<dyn prometheus::core::Collector>,
            Box::new(sends.clone()),
            Box::new(duration.clone()),
            Box::new(build),
        ] {
            registry.register(collector).expect("names are different");
        }
        Self {
            registry,
            requests,
            duration,
            sends,
        }
    }

    /// Counts a request of the route of that pattern.
    pub(crate) fn request(&self, route: &str, outcome: &str, took: Duration) {
        self.requests.with_label_values(&[route, outcome]).inc();
        self.duration
            .with_label_values(&[route])
            .observe(took.as_secs_f64());
    }

    /// Counts what a sender did, if one was asked.
    pub(crate) fn sent(&self, sent: &SentCode) {
        match sent {
            SentCode::Sent { sender } => self.count_send(sender, "accepted"),
            SentCode::SendFailed { sender, class } => self.count_send(sender, class.name()),
            SentCode::LimitedByProvider { sender, .. } => {
                self.count_send(sender, ErrorClass::RateNumber.name());
            }
            SentCode::MissingParameter
            | SentCode::BadMobile
            | SentCode::AddressTooOften { .. }
            | SentCode::ImageMissing
            | SentCode::ImageMismatch
            | SentCode::Overloaded
            | SentCode::MobileTooOften { .. }
            | SentCode::BudgetSpent { .. } => {}
        }
    }

    fn count_send(&self, sender: &str, result: &str) {
        self.sends.with_label_values(&[sender, result]).inc();
    }

    /// All of them in the text format of Prometheus.
    pub(crate) fn text(&self) -> String {
        TextEncoder::new()
            .encode_to_string(&self.registry.gather())
            .unwrap_or_default()
    }
}

fn counters(name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
    IntCounterVec::new(Opts::new(name, help), labels).expect("a valid name")
}

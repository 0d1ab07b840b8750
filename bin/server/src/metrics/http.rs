use std::time::Instant;

use prometheus::{HistogramVec, IntCounter, IntCounterVec, IntGauge};
use sms_core::Message;

use super::families::{Families, observe};

/// From a cached answer to a provider that takes its time, in seconds.
const BUCKETS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// Requests to the public listener.
pub(crate) struct HttpMetrics {
    requests: IntCounterVec,
    duration: HistogramVec,
    in_flight: IntGauge,
    abandoned: IntCounter,
}

impl HttpMetrics {
    pub(super) fn new(families: &Families) -> Self {
        let metrics = Self {
            requests: families.counters(
                "sms_http_requests_total",
                "Answered requests to the public listener by route and outcome.",
                &["route", "outcome"],
            ),
            duration: families.times(
                "sms_http_request_duration_seconds",
                "Time from the head of a request to the head of its answer.",
                "route",
                &BUCKETS,
            ),
            in_flight: families.gauge(
                "sms_http_requests_in_flight",
                "Requests whose answer has not begun.",
            ),
            abandoned: families.counter(
                "sms_http_requests_abandoned_total",
                "Requests whose clients hung up before the answer.",
            ),
        };
        // The first of these is a reason for an alarm, and must be a change.
        for route in ["/image_codes/{uuid}", "/sms_codes/{mobile}"] {
            let labels = [route, Message::Overloaded.name()];
            metrics.requests.with_label_values(&labels);
        }
        metrics
    }

    /// A request came in.
    pub(crate) fn begin(&self) -> UnderWay<'_> {
        self.in_flight.inc();
        UnderWay {
            metrics: self,
            started: Instant::now(),
            is_answered: false,
        }
    }
}

/// A request whose answer has not begun. If this is dropped before, its client hung up.
pub(crate) struct UnderWay<'a> {
    metrics: &'a HttpMetrics,
    started: Instant,
    is_answered: bool,
}

impl UnderWay<'_> {
    /// When the request came in.
    pub(crate) fn started(&self) -> Instant {
        self.started
    }

    /// The answer to a request of the route of that pattern begins.
    pub(crate) fn answered(mut self, route: &str, outcome: &str) {
        self.is_answered = true;
        let HttpMetrics {
            requests, duration, ..
        } = self.metrics;
        requests.with_label_values(&[route, outcome]).inc();
        observe(
            &duration.with_label_values(&[route]),
            self.started.elapsed(),
        );
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.metrics.in_flight.dec();
        if !self.is_answered {
            self.metrics.abandoned.inc();
        }
    }
}

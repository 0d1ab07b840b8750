use std::time::Instant;

use prometheus::{HistogramVec, IntCounterVec, IntGaugeVec};
use sms_gateway::ErrorClass;

use super::families::{Families, observe};
use super::results;

/// From a mock to the longest time limit, in seconds.
const BUCKETS: [f64; 12] = [
    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
];

/// What each sender is asked, those included that are passed over for the next.
#[derive(Clone)]
pub(crate) struct SenderMetrics {
    duration: HistogramVec,
    attempts: IntCounterVec,
    in_flight: IntGaugeVec,
}

impl SenderMetrics {
    pub(super) fn new(families: &Families, senders: &[String]) -> Self {
        let metrics = Self {
            duration: families.times(
                "sms_sender_request_duration_seconds",
                "Time that a sender took with a message.",
                "sender",
                &BUCKETS,
            ),
            attempts: families.counters(
                "sms_sender_attempts_total",
                "Messages that a sender was given, by sender and result.",
                &["sender", "result"],
            ),
            in_flight: families.gauges(
                "sms_sends_in_flight",
                "Messages that a sender is busy with.",
                &["sender"],
            ),
        };
        for sender in senders {
            metrics.duration.with_label_values(&[sender]);
            metrics.in_flight.with_label_values(&[sender]);
            for result in results() {
                metrics.attempts.with_label_values(&[&**sender, result]);
            }
        }
        metrics
    }

    /// A sender is given a message.
    pub(crate) fn begin<'a>(&'a self, sender: &'a str) -> Attempt<'a> {
        self.in_flight.with_label_values(&[sender]).inc();
        Attempt {
            metrics: self,
            sender,
            started: Instant::now(),
            // If it is cut off, it is not known whether the message was accepted.
            result: ErrorClass::Unknown.name(),
        }
    }
}

/// A message that a sender is busy with.
pub(crate) struct Attempt<'a> {
    metrics: &'a SenderMetrics,
    sender: &'a str,
    started: Instant,
    result: &'static str,
}

impl Attempt<'_> {
    pub(crate) fn ended(mut self, result: &'static str) {
        self.result = result;
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let SenderMetrics {
            duration,
            attempts,
            in_flight,
        } = self.metrics;
        in_flight.with_label_values(&[self.sender]).dec();
        attempts
            .with_label_values(&[self.sender, self.result])
            .inc();
        observe(
            &duration.with_label_values(&[self.sender]),
            self.started.elapsed(),
        );
    }
}

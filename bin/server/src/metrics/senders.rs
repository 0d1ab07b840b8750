use std::time::Instant;

use prometheus::{Histogram, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec};
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

    /// Those of one sender.
    pub(crate) fn of(&self, sender: &str) -> SenderMeter {
        let attempts = |result| {
            let counter = self.attempts.with_label_values(&[sender, result]);
            (result, counter)
        };
        SenderMeter {
            duration: self.duration.with_label_values(&[sender]),
            attempts: results().map(attempts).collect(),
            in_flight: self.in_flight.with_label_values(&[sender]),
        }
    }
}

/// What one sender is asked. Nothing is looked up for a message.
pub(crate) struct SenderMeter {
    duration: Histogram,
    /// By result.
    attempts: Vec<(&'static str, IntCounter)>,
    in_flight: IntGauge,
}

impl SenderMeter {
    /// The sender is given a message.
    pub(crate) fn begin(&self) -> Attempt<'_> {
        self.in_flight.inc();
        Attempt {
            meter: self,
            started: Instant::now(),
            // If it is cut off, it is not known whether the message was accepted.
            result: ErrorClass::Unknown.name(),
        }
    }
}

/// A message that a sender is busy with.
pub(crate) struct Attempt<'a> {
    meter: &'a SenderMeter,
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
        let SenderMeter {
            duration,
            attempts,
            in_flight,
        } = self.meter;
        in_flight.dec();
        let counter = attempts.iter().find(|(result, _)| *result == self.result);
        if let Some((_, counter)) = counter {
            counter.inc();
        }
        observe(duration, self.started.elapsed());
    }
}

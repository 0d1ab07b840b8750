use std::time::Instant;

use prometheus::{Histogram, HistogramVec, IntCounterVec, IntGaugeVec};
use sms_store::{Connections, StoreError};

use super::families::{Families, observe};

/// From a step inside this process to the longest time limit, in seconds.
const BUCKETS: [f64; 14] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

/// The steps that the use cases take. A store may make one of several others.
const STEPS: [&str; 14] = [
    "admit_picture",
    "admit_send",
    "check",
    "admit_verification",
    "check_verification",
    "add_attempts",
    "change_attempts",
    "delivery",
    "give_back_slot",
    "note_dispatch",
    "note_sender",
    "ping",
    "settle",
    "take_report",
];

/// Steps of the store.
#[derive(Clone)]
pub(crate) struct StoreMetrics {
    duration: HistogramVec,
    /// Those of the usual steps, which need not be looked up for each request.
    usual: [(&'static str, Histogram); STEPS.len()],
    errors: IntCounterVec,
    connections: IntGaugeVec,
}

impl StoreMetrics {
    pub(super) fn new(families: &Families) -> Self {
        let duration = families.times(
            "sms_store_step_duration_seconds",
            "Time that a step of the store took, failed ones included.",
            "step",
            &BUCKETS,
        );
        let metrics = Self {
            usual: STEPS.map(|step| (step, duration.with_label_values(&[step]))),
            duration,
            errors: families.counters(
                "sms_store_errors_total",
                "Steps that the store failed at, by step and kind.",
                &["step", "kind"],
            ),
            connections: families.gauges(
                "sms_store_connections",
                "Connections to the store: those that are open, and as many as there may be.",
                &["state"],
            ),
        };
        for step in STEPS {
            for kind in StoreError::KINDS {
                metrics.errors.with_label_values(&[step, kind]);
            }
        }
        metrics
    }

    /// A step was taken.
    pub(crate) fn step(&self, step: &str, started: Instant, error: Option<&StoreError>) {
        let took = started.elapsed();
        match self.usual.iter().find(|(usual, _)| *usual == step) {
            Some((_, duration)) => observe(duration, took),
            None => observe(&self.duration.with_label_values(&[step]), took),
        }
        if let Some(error) = error {
            self.errors.with_label_values(&[step, error.kind()]).inc();
        }
    }

    /// How the store is connected now.
    pub(super) fn connected(&self, connections: Connections) {
        let set = |state: &str, count: usize| {
            let gauge = self.connections.with_label_values(&[state]);
            gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
        };
        set("open", connections.open);
        set("most", connections.most);
    }
}

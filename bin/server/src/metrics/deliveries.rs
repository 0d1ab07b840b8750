use prometheus::{HistogramVec, IntCounter, IntCounterVec};
use sms_core::{Fate, Reported};

use super::Known;
use super::families::{Families, observe};
use crate::receivers::Forged;

/// From the quickest operator to a phone that was off for a while, in seconds.
const BUCKETS: [f64; 12] = [
    1.0, 2.0, 3.0, 5.0, 8.0, 15.0, 30.0, 60.0, 120.0, 300.0, 1800.0, 86_400.0,
];

/// What a report may be.
const REPORTS: [&str; 6] = [
    "final",
    "pending",
    "repeated",
    "early",
    "ignored",
    "unreadable",
];

/// What became of messages that a sender accepted.
pub(crate) struct DeliveryMetrics {
    deliveries: IntCounterVec,
    duration: HistogramVec,
    reports: IntCounterVec,
    forged: [(Forged, IntCounter); Forged::ALL.len()],
}

impl DeliveryMetrics {
    pub(super) fn new(families: &Families, known: &Known) -> Self {
        let forged = families.counters(
            "sms_delivery_reports_forged_total",
            "Requests to the routes of delivery reports that are no provider's, by what gave them away.",
            &["reason"],
        );
        let metrics = Self {
            deliveries: families.counters(
                "sms_deliveries_total",
                "Messages of which it is known what became of them, by sender, country and result.",
                &["sender", "country", "result"],
            ),
            duration: families.times(
                "sms_delivery_duration_seconds",
                "Time from a message's acceptance by the sender to its arrival on the phone.",
                "sender",
                &BUCKETS,
            ),
            reports: families.counters(
                "sms_delivery_reports_total",
                "Delivery reports that providers gave, by sender and what they were.",
                &["sender", "result"],
            ),
            forged: Forged::ALL.map(|reason| (reason, forged.with_label_values(&[reason.name()]))),
        };
        metrics.begin_at_zero(known);
        metrics
    }

    /// Makes the series that are sure to come, so that their first event is a change.
    fn begin_at_zero(&self, known: &Known) {
        for sender in &known.reporting {
            self.duration.with_label_values(&[sender]);
            for result in REPORTS {
                self.reports.with_label_values(&[&**sender, result]);
            }
            for country in &known.countries {
                for result in ["delivered", "failed"] {
                    self.deliveries
                        .with_label_values(&[&**sender, country.as_str(), result]);
                }
            }
        }
    }

    /// A report was taken.
    pub(crate) fn report(&self, sender: &str, reported: &Reported) {
        let result = match reported {
            Reported::Final(_) => "final",
            Reported::Pending => "pending",
            Reported::Repeated => "repeated",
            Reported::Early => "early",
        };
        self.reports.with_label_values(&[sender, result]).inc();
    }

    /// So much in a request was no report.
    pub(crate) fn ignored(&self, sender: &str, count: usize) {
        let counter = self.reports.with_label_values(&[sender, "ignored"]);
        counter.inc_by(count as u64);
    }

    /// A request that a provider made could not be read.
    pub(crate) fn unreadable(&self, sender: &str) {
        self.reports
            .with_label_values(&[sender, "unreadable"])
            .inc();
    }

    /// A request was none of a provider's.
    pub(crate) fn forged(&self, reason: Forged) {
        if let Some((_, counter)) = self.forged.iter().find(|(other, _)| *other == reason) {
            counter.inc();
        }
    }

    /// It is known what became of a message.
    pub(crate) fn delivery(&self, sender: &str, fate: &Fate) {
        let region = fate.dispatch.region;
        let deliveries = |result| {
            self.deliveries
                .with_label_values(&[sender, region.as_str(), result])
        };
        // Where nothing ever arrives, the share that does must be 0, not missing.
        deliveries("delivered").inc_by(u64::from(fate.has_arrived));
        deliveries("failed").inc_by(u64::from(!fate.has_arrived));
        if fate.has_arrived {
            observe(&self.duration.with_label_values(&[sender]), fate.took());
        }
    }
}

use std::sync::Arc;

use prometheus::{IntCounterVec, IntGaugeVec};
use sms_gateway::{HealthWatch, SenderState};

use super::families::Families;

/// What state each sender is in.
#[derive(Clone)]
pub(crate) struct HealthMetrics {
    state: IntGaugeVec,
    changes: IntCounterVec,
}

impl HealthMetrics {
    pub(super) fn new(families: &Families, senders: &[String]) -> Self {
        let labels = ["sender", "state"];
        let metrics = Self {
            state: families.gauges(
                "sms_sender_state",
                "1 for the state that a sender is in when this is read, else 0.",
                &labels,
            ),
            changes: families.counters(
                "sms_sender_state_changes_total",
                "How often a sender came into a state.",
                &labels,
            ),
        };
        for sender in senders {
            metrics.is(sender, SenderState::Closed);
            for state in SenderState::ALL {
                metrics.changes.with_label_values(&[sender, state.name()]);
            }
        }
        metrics
    }

    /// The states that the senders are in now.
    pub(super) fn are(&self, senders: &[(Arc<str>, SenderState)]) {
        for (sender, state) in senders {
            self.is(sender, *state);
        }
    }

    fn is(&self, sender: &str, now: SenderState) {
        for state in SenderState::ALL {
            let gauge = self.state.with_label_values(&[sender, state.name()]);
            gauge.set(i64::from(state == now));
        }
    }
}

impl HealthWatch for HealthMetrics {
    fn on_state(&self, sender: &str, state: SenderState) {
        self.changes
            .with_label_values(&[sender, state.name()])
            .inc();
    }
}

use std::sync::Arc;

use sms_service::{CheckEvent, Observer, SendEvent};
use sms_store::PictureAdmission;

use crate::audit;
use crate::metrics::Metrics;

/// Counts and records what came of every request, also of those whose clients hung up.
pub(crate) struct Recorder {
    metrics: Arc<Metrics>,
}

impl Recorder {
    pub(crate) fn new(metrics: Arc<Metrics>) -> Self {
        Self { metrics }
    }
}

impl Observer for Recorder {
    fn on_picture(&self, admission: &PictureAdmission) {
        if let PictureAdmission::AddressTooOften { .. } = admission {
            self.metrics.outcomes.picture_refused();
        }
    }

    fn on_send(&self, event: &SendEvent<'_>) {
        audit::send(event);
        if let Ok(sent) = event.outcome {
            self.metrics.outcomes.send(event.asked.mobile, sent);
        }
    }

    fn on_check(&self, event: &CheckEvent<'_>) {
        audit::check(event);
        let checked = event.outcome.ok();
        self.metrics.outcomes.check(event.asked.mobile, checked);
    }
}

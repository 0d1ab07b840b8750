use std::sync::Arc;

use sms_core::Reported;
use sms_service::{
    CheckEvent, DeliveryEvent, Observer, SendEvent, VerificationCheckEvent, VerificationEvent,
};
use sms_store::PictureAdmission;

use crate::audit;
use crate::healths::Healths;
use crate::metrics::Metrics;

/// Counts and records what came of every request, also of those whose clients hung up, and what
/// became of messages.
pub(crate) struct Recorder {
    metrics: Arc<Metrics>,
    healths: Arc<Healths>,
}

impl Recorder {
    pub(crate) fn new(metrics: Arc<Metrics>, healths: Arc<Healths>) -> Self {
        Self { metrics, healths }
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

    fn on_verification(&self, event: &VerificationEvent<'_>) {
        audit::verification(event);
        if let Ok(started) = event.outcome {
            self.metrics.outcomes.verification(event.asked, started);
        }
    }

    fn on_verification_check(&self, event: &VerificationCheckEvent<'_>) {
        audit::verification_check(event);
        let checked = event.outcome.ok();
        self.metrics
            .outcomes
            .verification_check(event.asked, checked);
    }

    fn on_report(&self, sender: &str, reported: &Reported) {
        self.metrics.deliveries.report(sender, reported);
    }

    fn on_delivery(&self, event: &DeliveryEvent<'_>) {
        audit::delivery(event);
        self.metrics.deliveries.delivery(event.sender, event.fate);
    }

    fn on_arrival(&self, sender: &str, has_arrived: bool) {
        self.healths.delivered(sender, has_arrived);
    }
}

#[cfg(test)]
mod tests {
    use sms_gateway::{DeliveryRules, Failover, FailoverRules, MockSender, SenderState};
    use std::time::Duration;

    use super::*;
    use crate::config::Settings;

    #[actix_web::test]
    async fn a_sender_whose_messages_do_not_arrive_has_to_stand_back() {
        let settings = Settings::from_toml("").unwrap();
        let metrics = Arc::new(Metrics::new(&settings).unwrap());
        let rules = FailoverRules::within(Duration::from_secs(8));
        let senders = ["first", "second"].map(|name| Arc::new(MockSender::new(name)) as _);
        let health = Failover::new(senders.to_vec(), &rules).unwrap().health();
        let healths = Healths::new(vec![Arc::clone(&health)]);
        let recorder = Recorder::new(metrics, Arc::new(healths));
        for _ in 0..DeliveryRules::default().min_reports {
            recorder.on_arrival("first", false);
            recorder.on_arrival("second", true);
        }
        let states: Vec<_> = health
            .states()
            .into_iter()
            .map(|(_, state)| state)
            .collect();
        assert_eq!(states, [SenderState::Demoted, SenderState::Closed]);
    }
}

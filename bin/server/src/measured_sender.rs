use std::sync::Arc;

use async_trait::async_trait;
use sms_core::{Mobile, Region};
use sms_gateway::{Message, Receipt, SendError, SmsSender};

use crate::metrics::{ACCEPTED, SenderMeter, SenderMetrics};

/// A sender whose work is timed and counted. It stands behind the failover, so that a sender that
/// is passed over counts too.
pub(crate) struct MeasuredSender {
    sender: Arc<dyn SmsSender>,
    meter: SenderMeter,
}

impl MeasuredSender {
    pub(crate) fn new(sender: Arc<dyn SmsSender>, metrics: &SenderMetrics) -> Self {
        Self {
            meter: metrics.of(sender.name()),
            sender,
        }
    }
}

#[async_trait]
impl SmsSender for MeasuredSender {
    fn name(&self) -> &str {
        self.sender.name()
    }

    fn usual(&self, to: &Mobile) -> &str {
        self.sender.usual(to)
    }

    fn serves(&self, region: Region) -> bool {
        self.sender.serves(region)
    }

    async fn send(&self, message: &Message) -> Result<Receipt, SendError> {
        let attempt = self.meter.begin();
        let sent = self.sender.send(message).await;
        attempt.ended(match &sent {
            Ok(_) => ACCEPTED,
            Err(error) => error.class().name(),
        });
        sent
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sms_core::{Locale, SmsCode};
    use sms_gateway::{Behaviour, ErrorClass, Failover, FailoverRules, MessageId, MockSender};

    use super::*;
    use crate::config::Settings;
    use crate::metrics::{Metrics, Now};

    /// Sends by two senders, of which the first does this, and gives the metrics afterwards.
    async fn send_while_the_first(does: Behaviour, deadline: Duration) -> String {
        let metrics = Metrics::new(&Settings::from_toml("").unwrap()).unwrap();
        let (first, second) = (MockSender::new("first"), MockSender::new("second"));
        first.behave(does);
        let measured = |mock| -> Arc<dyn SmsSender> {
            Arc::new(MeasuredSender::new(Arc::new(mock), &metrics.senders))
        };
        let senders = vec![measured(first), measured(second)];
        let front = Failover::new(senders, &FailoverRules::within(deadline)).unwrap();
        let message = Message {
            id: MessageId::generate(&mut rand::rng()),
            to: Mobile::parse("13800138000").unwrap(),
            code: SmsCode::parse("123456").unwrap(),
            minutes: 5,
            locale: Locale::ZhCn,
        };
        let _ = front.send(&message).await;
        metrics.text(&Now {
            is_ready: true,
            connections: None,
            senders: Vec::new(),
        })
    }

    #[track_caller]
    fn assert_has(metrics: &str, lines: &[&str]) {
        for line in lines {
            assert!(metrics.contains(line), "{line} is not in\n{metrics}");
        }
    }

    #[actix_web::test]
    async fn a_sender_that_is_passed_over_counts() {
        let refuse = Behaviour::Refuse(ErrorClass::Auth);
        let metrics = send_while_the_first(refuse, Duration::from_secs(8)).await;
        assert_has(
            &metrics,
            &[
                "sms_sender_attempts_total{result=\"auth\",sender=\"first\"} 1",
                "sms_sender_attempts_total{result=\"accepted\",sender=\"second\"} 1",
                "sms_sender_request_duration_seconds_count{sender=\"first\"} 1",
            ],
        );
    }

    #[actix_web::test]
    async fn a_sender_that_is_cut_off_counts_as_unknown() {
        let metrics = send_while_the_first(Behaviour::Stall, Duration::from_millis(1)).await;
        assert_has(
            &metrics,
            &[
                "sms_sender_attempts_total{result=\"unknown\",sender=\"first\"} 1",
                "sms_sends_in_flight{sender=\"first\"} 0",
            ],
        );
    }
}

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{Instant, timeout_at};

use crate::{ErrorClass, Message, Receipt, SendError, SmsSender};

/// Several senders as one: they are tried in order until one takes the message.
///
/// It goes on to the next only when the error says that this is harmless
/// ([`ErrorClass::may_try_another`]), and gives the last error.
pub struct Failover {
    senders: Vec<Arc<dyn SmsSender>>,
    deadline: Duration,
}

impl Failover {
    /// Tries `senders` in this order, all of them together for `deadline` at most.
    ///
    /// # Errors
    ///
    /// An empty list could never send anything.
    pub fn new(senders: Vec<Arc<dyn SmsSender>>, deadline: Duration) -> Result<Self, NoSenders> {
        if senders.is_empty() {
            return Err(NoSenders);
        }
        Ok(Self { senders, deadline })
    }
}

/// There is nothing to send with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("at least one sender is needed")]
pub struct NoSenders;

#[async_trait]
impl SmsSender for Failover {
    fn name(&self) -> &str {
        "failover"
    }

    fn usual(&self) -> &str {
        self.senders.first().map_or("", |sender| sender.usual())
    }

    async fn send(&self, message: &Message) -> Result<Receipt, SendError> {
        let deadline = Instant::now() + self.deadline;
        let mut senders = self.senders.iter().peekable();
        loop {
            let sender = senders
                .next()
                .expect("looked ahead, and not empty at first");
            let outcome = timeout_at(deadline, sender.send(message)).await;
            let error = match outcome.unwrap_or_else(|_| Err(out_of_time(sender.name()))) {
                Ok(receipt) => return Ok(receipt),
                Err(error) => error,
            };
            // A sender that starts when the time is up would be cut off with its request
            // perhaps written: a definite error would become an unknown outcome.
            let has_time = Instant::now() < deadline;
            match senders.peek() {
                Some(next) if has_time && error.class().may_try_another() => log::warn!(
                    sender = sender.name(), class = error.class().name(),
                    message_id = message.id.as_str();
                    "{error}; trying {}", next.name()
                ),
                _ => return Err(error),
            }
        }
    }
}

/// The attempt that was cut off may have been accepted.
fn out_of_time(sender: &str) -> SendError {
    let detail = "no answer when the time for all senders was up";
    SendError::new(ErrorClass::Unknown, sender, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Behaviour, MessageId, MockSender};
    use sms_core::{Locale, Mobile, SmsCode};

    const DEADLINE: Duration = Duration::from_secs(8);

    fn message() -> Message {
        Message {
            id: MessageId::generate(&mut rand::rng()),
            to: Mobile::parse("13800138000").unwrap(),
            code: SmsCode::parse("123456").unwrap(),
            minutes: 5,
            locale: Locale::ZhCn,
        }
    }

    fn pair() -> (MockSender, MockSender, Failover) {
        let (first, second) = (MockSender::new("first"), MockSender::new("second"));
        let senders: Vec<Arc<dyn SmsSender>> =
            vec![Arc::new(first.clone()), Arc::new(second.clone())];
        let failover = Failover::new(senders, DEADLINE).unwrap();
        (first, second, failover)
    }

    /// Fails, but takes its time to do so.
    struct Slow(Duration);

    #[async_trait]
    impl SmsSender for Slow {
        fn name(&self) -> &str {
            "slow"
        }

        async fn send(&self, _: &Message) -> Result<Receipt, SendError> {
            tokio::time::sleep(self.0).await;
            let class = ErrorClass::Temporary;
            Err(SendError::new(class, "slow", "failed at last"))
        }
    }

    #[tokio::test]
    async fn the_first_that_accepts_is_the_only_one_that_sends() {
        let (first, second, failover) = pair();
        let receipt = failover.send(&message()).await.unwrap();
        assert_eq!(&*receipt.sender, "first");
        assert_eq!(failover.usual(), "first");
        assert_eq!((first.count(), second.count()), (1, 0));
    }

    #[tokio::test]
    async fn the_class_decides_whether_the_next_is_tried() {
        for class in ErrorClass::ALL {
            let (first, second, failover) = pair();
            first.behave(Behaviour::Refuse(class));
            let outcome = failover.send(&message()).await;
            assert_eq!(outcome.is_ok(), class.may_try_another(), "{class}");
            assert_eq!(second.count(), u64::from(class.may_try_another()));
            if let Err(error) = outcome {
                assert_eq!((error.class(), error.sender()), (class, "first"));
            }
        }
    }

    #[tokio::test]
    async fn the_last_error_is_the_answer() {
        let (first, second, failover) = pair();
        first.behave(Behaviour::Refuse(ErrorClass::Temporary));
        second.behave(Behaviour::Refuse(ErrorClass::Blocked));
        let error = failover.send(&message()).await.unwrap_err();
        assert_eq!(
            (error.class(), error.sender()),
            (ErrorClass::Blocked, "second")
        );

        second.behave(Behaviour::Refuse(ErrorClass::Config));
        let error = failover.send(&message()).await.unwrap_err();
        assert_eq!(
            (error.class(), error.sender()),
            (ErrorClass::Config, "second")
        );
    }

    #[tokio::test(start_paused = true)]
    async fn when_the_time_of_all_is_up_the_outcome_is_unknown() {
        let second = MockSender::new("second");
        second.behave(Behaviour::Stall);
        let slow = Slow(DEADLINE / 2);
        let senders: Vec<Arc<dyn SmsSender>> = vec![Arc::new(slow), Arc::new(second)];
        let failover = Failover::new(senders, DEADLINE).unwrap();
        let started = Instant::now();
        let error = failover.send(&message()).await.unwrap_err();
        assert_eq!(
            (error.class(), error.sender()),
            (ErrorClass::Unknown, "second")
        );
        // Tokio rounds its timers up to whole milliseconds.
        let slack = Duration::from_millis(1);
        assert!((DEADLINE..=DEADLINE + slack).contains(&started.elapsed()));
    }

    #[tokio::test(start_paused = true)]
    async fn no_sender_starts_after_the_deadline() {
        let second = MockSender::new("second");
        let senders: Vec<Arc<dyn SmsSender>> =
            vec![Arc::new(Slow(DEADLINE)), Arc::new(second.clone())];
        let failover = Failover::new(senders, DEADLINE).unwrap();
        let error = failover.send(&message()).await.unwrap_err();
        assert_eq!(
            (error.class(), error.sender()),
            (ErrorClass::Temporary, "slow")
        );
        assert_eq!(second.count(), 0);
    }

    #[test]
    fn nothing_to_send_with_is_an_error() {
        assert!(matches!(Failover::new(vec![], DEADLINE), Err(NoSenders)));
    }
}

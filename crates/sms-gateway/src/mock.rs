use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;
use sms_core::{Mobile, SmsCode};
use tokio::sync::watch;

use crate::{ErrorClass, Message, Receipt, SendError, SmsSender};

/// How many messages are kept; older ones are forgotten, so that a mock can run for weeks.
const KEPT: usize = 1000;

/// A sender for development and tests: nothing leaves the machine.
///
/// It keeps the last 1000 messages and logs each with its code, as showing the code is what it is
/// for. A clone is another handle of the same mock.
#[derive(Debug, Clone)]
pub struct MockSender {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    name: Arc<str>,
    behaviour: watch::Sender<Behaviour>,
    outbox: Mutex<Outbox>,
}

/// The newest message is at the front.
#[derive(Debug, Default)]
struct Outbox {
    messages: VecDeque<SentMessage>,
    count: u64,
}

/// What a mock does with the messages that it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Behaviour {
    /// Accept and record them.
    #[default]
    Accept,
    /// Fail with this class, and record nothing.
    Refuse(ErrorClass),
    /// Leave them waiting, without recording them, until the behaviour changes; then do that.
    Stall,
    /// Record them as delivered, and say that the outcome is unknown.
    LoseAnswer,
}

/// A message that a mock delivered.
#[derive(Debug, Clone)]
pub struct SentMessage {
    /// Where it went.
    pub mobile: Mobile,
    /// The code in it.
    pub code: SmsCode,
    /// How many minutes the code was said to be good for.
    pub minutes: u32,
    /// When it was delivered.
    pub sent_at: SystemTime,
}

impl SentMessage {
    /// What the phone shows.
    ///
    /// It reads like a provider's template, with a signature in front, the code and its minutes,
    /// so that phones and programs that read codes out of messages find it.
    #[must_use]
    pub fn text(&self) -> String {
        format!(
            "【sms-server】您的验证码是{}，请于{}分钟内正确输入",
            self.code.expose(),
            self.minutes
        )
    }
}

impl MockSender {
    /// A mock that accepts everything.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self {
            shared: Arc::new(Shared {
                name: name.into(),
                behaviour: watch::Sender::default(),
                outbox: Mutex::default(),
            }),
        }
    }

    /// Changes what happens to messages from now on, stalled ones included.
    pub fn behave(&self, behaviour: Behaviour) {
        self.shared.behaviour.send_replace(behaviour);
    }

    /// The messages that were delivered, newest first.
    #[must_use]
    pub fn sent(&self) -> Vec<SentMessage> {
        self.outbox().messages.iter().cloned().collect()
    }

    /// The messages that were delivered to `mobile`, newest first.
    #[must_use]
    pub fn sent_to(&self, mobile: &Mobile) -> Vec<SentMessage> {
        let outbox = self.outbox();
        let to_mobile = outbox.messages.iter().filter(|sent| sent.mobile == *mobile);
        to_mobile.cloned().collect()
    }

    /// How many messages were ever delivered, those forgotten since included.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.outbox().count
    }

    fn deliver(&self, message: &Message) {
        let sent = SentMessage {
            mobile: message.to,
            code: message.code.clone(),
            minutes: message.minutes,
            sent_at: SystemTime::now(),
        };
        log::info!(
            sender = &*self.shared.name, message_id = message.id.as_str();
            "mock SMS to {}: {}", sent.mobile, sent.text()
        );
        let mut outbox = self.outbox();
        outbox.count += 1;
        outbox.messages.push_front(sent);
        outbox.messages.truncate(KEPT);
    }

    fn error(&self, class: ErrorClass) -> SendError {
        SendError::new(
            class,
            Arc::clone(&self.shared.name),
            "the mock was told to fail",
        )
    }

    /// A panic elsewhere can't leave an outbox half changed, so its poison means nothing.
    fn outbox(&self) -> MutexGuard<'_, Outbox> {
        let outbox = self.shared.outbox.lock();
        outbox.unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl SmsSender for MockSender {
    fn name(&self) -> &str {
        &self.shared.name
    }

    async fn send(&self, message: &Message) -> Result<Receipt, SendError> {
        let mut behaviour = self.shared.behaviour.subscribe();
        let moved = behaviour.wait_for(|now| *now != Behaviour::Stall).await;
        let behaviour = *moved.expect("the mock itself keeps the channel open");
        match behaviour {
            Behaviour::Accept => {
                self.deliver(message);
                Ok(Receipt {
                    sender: Arc::clone(&self.shared.name),
                    provider_id: Some(message.id.to_string()),
                })
            }
            Behaviour::Refuse(class) => Err(self.error(class)),
            Behaviour::LoseAnswer => {
                self.deliver(message);
                Err(self.error(ErrorClass::Unknown))
            }
            Behaviour::Stall => unreachable!("this is what was waited out"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MessageId;
    use sms_core::Locale;

    fn message(mobile: &str, code: &str) -> Message {
        Message {
            id: MessageId::generate(&mut rand::rng()),
            to: Mobile::parse(mobile).unwrap(),
            code: SmsCode::parse(code).unwrap(),
            minutes: 5,
            locale: Locale::ZhCn,
        }
    }

    #[tokio::test]
    async fn it_remembers_what_it_sent_newest_first() {
        let mock = MockSender::new("mock");
        let (one, other) = ("13800138000", "13800138001");
        for (mobile, code) in [(one, "1111"), (other, "2222"), (one, "3333")] {
            let receipt = mock.send(&message(mobile, code)).await.unwrap();
            assert_eq!(&*receipt.sender, "mock");
        }
        let codes = |sent: Vec<SentMessage>| -> Vec<String> {
            sent.iter().map(|s| s.code.expose().to_owned()).collect()
        };
        assert_eq!(codes(mock.sent()), ["3333", "2222", "1111"]);
        let to_one = mock.sent_to(&Mobile::parse(one).unwrap());
        assert_eq!(codes(to_one), ["3333", "1111"]);
        assert_eq!(mock.count(), 3);
    }

    #[tokio::test]
    async fn the_text_is_that_of_the_template_and_does_not_print_by_accident() {
        let mock = MockSender::new("mock");
        mock.send(&message("13800138000", "987654")).await.unwrap();
        let sent = mock.sent().remove(0);
        assert_eq!(
            sent.text(),
            "【sms-server】您的验证码是987654，请于5分钟内正确输入"
        );
        assert!(!format!("{mock:?}").contains("987654"));
    }

    #[tokio::test]
    async fn it_forgets_the_oldest_but_counts_them() {
        let mock = MockSender::new("mock");
        mock.send(&message("13800138001", "1111")).await.unwrap();
        for _ in 0..KEPT {
            mock.send(&message("13800138000", "2222")).await.unwrap();
        }
        assert_eq!(mock.sent().len(), KEPT);
        assert_eq!(mock.count(), KEPT as u64 + 1);
        let oldest = Mobile::parse("13800138001").unwrap();
        assert!(mock.sent_to(&oldest).is_empty());
    }

    #[tokio::test]
    async fn it_refuses_with_the_class_it_is_told() {
        let mock = MockSender::new("mock");
        for class in ErrorClass::ALL {
            mock.behave(Behaviour::Refuse(class));
            let error = mock.send(&message("13800138000", "1111")).await;
            assert_eq!(error.unwrap_err().class(), class);
        }
        assert_eq!(mock.count(), 0);
    }

    #[tokio::test]
    async fn a_lost_answer_is_a_message_that_arrives() {
        let mock = MockSender::new("mock");
        mock.behave(Behaviour::LoseAnswer);
        let error = mock.send(&message("13800138000", "1111")).await;
        assert_eq!(error.unwrap_err().class(), ErrorClass::Unknown);
        assert_eq!(mock.count(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_stalled_message_waits_until_the_behaviour_changes() {
        let mock = MockSender::new("mock");
        mock.behave(Behaviour::Stall);
        let handle = mock.clone();
        let mut sending =
            tokio::spawn(async move { handle.send(&message("13800138000", "1111")).await });
        // With the clock paused, this hour passes as soon as nothing else can happen.
        let hour = std::time::Duration::from_secs(3600);
        assert!(tokio::time::timeout(hour, &mut sending).await.is_err());
        assert_eq!(mock.count(), 0);

        mock.behave(Behaviour::Stall);
        assert!(tokio::time::timeout(hour, &mut sending).await.is_err());

        mock.behave(Behaviour::Accept);
        sending.await.unwrap().unwrap();
        assert_eq!(mock.count(), 1);
    }
}

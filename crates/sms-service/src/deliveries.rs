//! What becomes of messages after a sender accepted them.

use std::collections::VecDeque;
use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sms_core::{AttemptSid, Fate, Mobile, Reported};
use sms_gateway::{DeliveryReport, Message, Receipt};
use sms_store::{Accepted, AttemptChange, DeliveryName, Report, StoreError};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::observer::DeliveryEvent;
use crate::service::Shared;
use crate::{ServiceError, VerificationService};

/// How many messages of all senders are asked about at most, each once: the others are like them.
const SAMPLE: usize = 1000;

/// A message that should have arrived by then.
struct Awaited {
    due: Instant,
    sender: Arc<str>,
    provider_id: String,
}

/// A sample of the messages that this instance sent, oldest first.
#[derive(Default)]
pub(crate) struct Awaiting {
    messages: Mutex<VecDeque<Awaited>>,
    added: Notify,
}

impl VerificationService {
    /// Takes what the provider behind `sender` told about messages. It may be told again, and in
    /// any order: the observer hears once what became of a message.
    ///
    /// # Errors
    ///
    /// The store failed. Some of the reports may have been taken; they should all come again.
    pub async fn take_reports(
        &self,
        sender: &str,
        reports: &[DeliveryReport],
    ) -> Result<(), ServiceError> {
        for report in reports {
            let name = DeliveryName {
                sender,
                provider_id: &report.provider_id,
            };
            let word = Report {
                state: report.state,
                at: report.at,
            };
            let reported = self.shared.store.take_report(name, word).await;
            let reported = reported.inspect_err(|_| self.shared.awaiting.forget())?;
            self.shared.observer.on_report(sender, &reported);
            if let Reported::Final(fate) = &reported {
                let (mobile, code) = (report.to, report.code.as_deref());
                self.shared.tell(name, fate, mobile, code);
                self.shared.note_fate(fate, code);
            }
        }
        Ok(())
    }

    /// Asks what became of messages of this instance, a sample of them, when they should have
    /// arrived, and tells the observer. It never ends; one is enough.
    pub async fn watch_arrivals(&self) {
        loop {
            let Awaited {
                sender,
                provider_id,
                ..
            } = self.shared.awaiting.next_due().await;
            let name = DeliveryName {
                sender: &sender,
                provider_id: &provider_id,
            };
            match self.shared.store.delivery(name).await {
                Ok(delivery) if delivery.is_dispatched() => {
                    let has_arrived = delivery.fate().is_some_and(|fate| fate.has_arrived);
                    self.shared.observer.on_arrival(&sender, has_arrived);
                }
                // Neither of these says anything about the sender.
                Ok(_) => log::debug!(sender = &*sender; "the store lost a message"),
                Err(error) => {
                    log::debug!(sender = &*sender; "arrival not known: {error}");
                    self.shared.awaiting.forget();
                }
            }
        }
    }

    /// The provider behind `sender` could not be asked: that the messages by it which should arrive
    /// now are not known to have done so says nothing any more.
    pub fn reports_missed(&self, sender: &str) {
        self.shared.awaiting.forget_by(sender);
    }
}

impl Shared {
    /// Notes that `receipt.sender` accepted `message`, which has a name of ours, if its provider tells
    /// what becomes of it.
    ///
    /// Nobody waits for that: a task does it while the answer is on its way. A note that is lost is
    /// missed by statistics alone.
    pub(crate) fn note_dispatch(
        self: &Arc<Self>,
        message: &Message,
        receipt: &Receipt,
        our_name: impl Display,
    ) {
        if !self.policy.deliveries.are_told_of(&receipt.sender) {
            return;
        }
        let Some(provider_id) = receipt.provider_id.clone() else {
            return;
        };
        let Ok(permit) = Arc::clone(&self.noting).try_acquire_owned() else {
            log::debug!(sender = &*receipt.sender; "dispatch not noted: too many are waiting");
            return;
        };
        let (shared, sender) = (Arc::clone(self), Arc::clone(&receipt.sender));
        let (message_id, mobile) = (our_name.to_string(), message.to);
        self.abandoned.spawn(async move {
            let _permit = permit;
            let name = DeliveryName {
                sender: &sender,
                provider_id: &provider_id,
            };
            let noted = shared.note(name, &message_id, mobile).await;
            match noted {
                Ok(()) => {
                    let policy = &shared.policy.deliveries;
                    shared
                        .awaiting
                        .add(policy, Arc::clone(&sender), provider_id);
                }
                Err(error) => {
                    log::debug!(
                        sender = &*sender, message_id = message_id.as_str();
                        "dispatch not noted: {error}"
                    );
                    shared.awaiting.forget();
                }
            }
        });
    }

    async fn note(
        &self,
        name: DeliveryName<'_>,
        message_id: &str,
        mobile: Mobile,
    ) -> Result<(), StoreError> {
        let accepted = Accepted {
            region: mobile.region(),
            message_id,
            ttl: self.policy.deliveries.ttl,
        };
        if let Some(fate) = self.store.note_dispatch(name, &accepted).await? {
            self.tell(name, &fate, Some(mobile), None);
            self.note_fate(&fate, None);
        }
        Ok(())
    }

    /// Notes with the attempt of a verification what became of its message.
    fn note_fate(&self, fate: &Fate, code: Option<&str>) {
        let Some(attempts) = self.attempts.get() else {
            return;
        };
        // The messages of verifications are named by their attempts, others are not.
        let Ok(sid) = fate.dispatch.message_id.parse::<AttemptSid>() else {
            return;
        };
        let change = match fate.has_arrived {
            true => AttemptChange::Delivered,
            false => AttemptChange::Failed(code.map(str::to_owned)),
        };
        attempts.change(sid, change);
    }

    fn tell(
        &self,
        name: DeliveryName<'_>,
        fate: &Fate,
        mobile: Option<Mobile>,
        code: Option<&str>,
    ) {
        self.observer.on_delivery(&DeliveryEvent {
            sender: name.sender,
            provider_id: name.provider_id,
            fate,
            mobile,
            code,
        });
    }
}

/// Which senders' providers tell what becomes of messages, and how that is kept.
#[derive(Debug, Clone, Default)]
pub struct DeliveryPolicy {
    /// The names of these senders; a message by any other costs nothing more.
    pub senders: Vec<String>,
    /// How long a message is remembered.
    pub ttl: Duration,
    /// How long after its sender accepted it a message should have arrived.
    pub expect_within: Duration,
}

impl DeliveryPolicy {
    fn are_told_of(&self, sender: &str) -> bool {
        self.senders.iter().any(|name| name == sender)
    }
}

impl Awaiting {
    /// Adds a message, if its sender has not its part of the sample in it.
    fn add(&self, policy: &DeliveryPolicy, sender: Arc<str>, provider_id: String) {
        let mut messages = self.locked();
        let part = (SAMPLE / policy.senders.len().max(1)).max(1);
        if messages.len() >= SAMPLE
            || messages
                .iter()
                .filter(|other| other.sender == sender)
                .count()
                >= part
        {
            return;
        }
        messages.push_back(Awaited {
            due: Instant::now() + policy.expect_within,
            sender,
            provider_id,
        });
        self.added.notify_one();
    }

    /// Forgets all messages. Where the store fails reports are refused, by other instances too, and
    /// not every provider tells them again: that they are missing is not the sender's fault.
    fn forget(&self) {
        self.locked().clear();
    }

    /// Forgets the messages by one sender.
    fn forget_by(&self, sender: &str) {
        self.locked().retain(|message| *message.sender != *sender);
    }

    /// Waits for the oldest message to be due, and takes it out.
    async fn next_due(&self) -> Awaited {
        loop {
            let added = self.added.notified();
            match self.oldest() {
                Some(due) => {
                    sleep_until(due).await;
                    if let Some(message) = self.take_due() {
                        return message;
                    }
                }
                None => added.await,
            }
        }
    }

    fn oldest(&self) -> Option<Instant> {
        self.locked().front().map(|message| message.due)
    }

    /// The oldest message, if it is due: the one that was waited for may be forgotten.
    fn take_due(&self) -> Option<Awaited> {
        let mut messages = self.locked();
        let is_due = messages.front()?.due <= Instant::now();
        is_due.then(|| messages.pop_front())?
    }

    fn locked(&self) -> MutexGuard<'_, VecDeque<Awaited>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

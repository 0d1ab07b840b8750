//! A message of a verification, from its admission to its end.

use std::sync::Arc;
use std::time::Instant;

use sms_core::{Attempt, AttemptSid, ServiceSid, Settlement, SmsCode, Started, Timestamp};
use sms_gateway::{ErrorClass, Message, MessageId, Receipt, SendError};
use sms_store::{AttemptChange, Log};

use super::start::Record;
use super::{Inner, ServicePolicy, StartedVerification};
use crate::send_code::{after_provider_limit, tell_of_failure};

/// An admitted message and what it holds until it is settled.
pub(super) struct Held {
    pub(super) message: Message,
    /// The name of the attempt that the message is.
    pub(super) attempt: AttemptSid,
    pub(super) service: ServiceSid,
    pub(super) started: Started<SmsCode>,
    pub(super) budget_slot: Timestamp,
    pub(super) buckets: Vec<(Log, Timestamp)>,
}

impl Inner {
    /// Sends an admitted message and settles what it held.
    pub(super) async fn send(
        self: &Arc<Self>,
        service: &ServicePolicy,
        held: Held,
        record: &mut Record,
    ) -> StartedVerification {
        let admitted_at = Instant::now();
        let left = held
            .started
            .slot
            .until(held.started.verification.expires_at);
        let sender = service.sender.as_ref().unwrap_or(&self.shared.sender);
        let sent = sender.send(&held.message).await;
        let trace = record.asked.trace.as_deref().unwrap_or_default();
        match sent {
            Ok(receipt) => {
                self.accepted(&held, &receipt, trace);
                record.provider_id = receipt.provider_id;
                // It arrives too late to be of use.
                if admitted_at.elapsed() >= left {
                    return failed(receipt.sender, ErrorClass::Unknown);
                }
                held.sent(Some((receipt.sender, true)))
            }
            Err(error) => {
                tell_of_failure(trace, &held.message, &error);
                // Apart, because every send has room for all that it may do, and few fail.
                Box::pin(self.settle_failed(held, &error)).await
            }
        }
    }

    fn accepted(&self, held: &Held, receipt: &Receipt, trace: &str) {
        let message = &held.message;
        log::debug!(
            request_id = trace, sender = &*receipt.sender,
            message_id = message.id.as_str(),
            provider_id = receipt.provider_id.as_deref().unwrap_or_default();
            "message accepted"
        );
        self.shared.note_dispatch(message, receipt, held.attempt);
    }

    async fn settle_failed(self: &Arc<Self>, held: Held, error: &SendError) -> StartedVerification {
        let sender: Arc<str> = error.sender().into();
        match error.class() {
            // It may still arrive, so it counts as sent.
            ErrorClass::Unknown => held.sent(Some((sender, false))),
            ErrorClass::RateNumber => {
                let retry_after = after_provider_limit(held.started.next_slot_in);
                self.take_back(held, Settlement::KeepSlot).await;
                StartedVerification::LimitedByProvider {
                    sender,
                    retry_after,
                }
            }
            class @ (ErrorClass::Auth
            | ErrorClass::Config
            | ErrorClass::Argument
            | ErrorClass::Blocked
            | ErrorClass::RateAccount
            | ErrorClass::Temporary) => {
                let slot = held.started.slot;
                self.take_back(held, Settlement::GiveBack(slot)).await;
                failed(sender, class)
            }
        }
    }

    /// Lets go of everything that a message holds which was not sent.
    async fn take_back(self: &Arc<Self>, held: Held, how: Settlement) {
        let (id, to, service) = (held.message.id, held.message.to, held.service);
        let attempt = held.attempt;
        let (sid, ttl) = (held.started.verification.sid, self.shared.policy.code.ttl);
        let inner = Arc::clone(self);
        let number = self.shared.let_go(id, ttl, move || {
            let inner = Arc::clone(&inner);
            Box::pin(async move {
                let settled = inner
                    .store
                    .settle_verification(&to, service, sid, attempt, how);
                settled.await
            })
        });
        self.attempts.change(attempt, AttemptChange::Removed);
        let budget = self.shared.give_back_budget(id, held.budget_slot);
        let buckets = async {
            for (log, slot) in held.buckets {
                self.shared.give_back_slot(id, log, slot).await;
            }
        };
        tokio::join!(number, budget, buckets);
    }
}

impl Held {
    /// The message as it is told of later.
    pub(super) fn attempt(&self) -> Attempt {
        Attempt::new(self.attempt, self.service, self.message.to, &self.started)
    }

    pub(super) fn sent(self, sender: Option<(Arc<str>, bool)>) -> StartedVerification {
        StartedVerification::Sent {
            to: self.message.to,
            verification: self.started.verification,
            sender,
            next_slot_in: self.started.next_slot_in,
        }
    }
}

fn failed(sender: Arc<str>, class: ErrorClass) -> StartedVerification {
    StartedVerification::SendFailed { sender, class }
}

/// The name of the attempt that a message is.
pub(super) fn attempt_sid(message: MessageId) -> AttemptSid {
    AttemptSid::from_hex(message.as_str()).expect("the name of a message has 32 digits")
}

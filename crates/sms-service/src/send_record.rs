use std::time::Instant;

use sms_core::Mobile;
use sms_gateway::{MessageId, Receipt};
use sms_store::StoreError;

use crate::observer::{Asked, Observer, SendEvent};
use crate::{SendCode, SentCode};

/// What an observer will be told about a send, filled in as it becomes known.
pub(crate) struct SendRecord {
    started: Instant,
    asked: Asked,
    message_id: Option<MessageId>,
    provider_id: Option<String>,
}

impl SendRecord {
    pub(crate) fn begin(request: &SendCode) -> Self {
        Self {
            started: Instant::now(),
            asked: Asked {
                mobile: None,
                is_test: false,
                address: request.address,
                trace: request.trace.clone(),
            },
            message_id: None,
            provider_id: None,
        }
    }

    /// The request names a number that may be sent to.
    pub(crate) fn is_about(&mut self, mobile: Mobile, is_test: bool) {
        self.asked.mobile = Some(mobile);
        self.asked.is_test = is_test;
    }

    /// A message goes to the sender.
    pub(crate) fn handed_over(&mut self, message: MessageId) {
        self.message_id = Some(message);
    }

    /// A sender took it.
    pub(crate) fn accepted(&mut self, receipt: &Receipt) {
        self.provider_id.clone_from(&receipt.provider_id);
    }

    /// The caller's name of the request for the log; empty if it gave none.
    pub(crate) fn trace(&self) -> &str {
        self.asked.trace.as_deref().unwrap_or_default()
    }

    /// Tells the outcome.
    pub(crate) fn close(self, observer: &dyn Observer, outcome: Result<&SentCode, &StoreError>) {
        observer.on_send(&SendEvent {
            asked: &self.asked,
            outcome,
            message_id: self.message_id,
            provider_id: self.provider_id.as_deref(),
            took: self.started.elapsed(),
        });
    }
}

//! What comes of requests, told to whoever counts and records them.

use std::sync::Arc;
use std::time::Duration;

use sms_core::{AddressBlock, Fate, Mobile, Reported};
use sms_gateway::MessageId;
use sms_store::{PictureAdmission, StoreError};

use crate::{CheckedCode, SentCode, VerificationCheckEvent, VerificationEvent};

/// Is told what came of every request, whether or not its caller still waits for an answer.
///
/// It is called on the way of the request, so it must not block. An observer implements what it
/// is interested in; `()` is one that is interested in nothing.
pub trait Observer: Send + Sync {
    /// A picture was asked for, and the store said whether there may be one.
    fn on_picture(&self, _admission: &PictureAdmission) {}

    /// It is settled what comes of a request for a code.
    fn on_send(&self, _event: &SendEvent<'_>) {}

    /// A code was checked.
    fn on_check(&self, _event: &CheckEvent<'_>) {}

    /// It is settled what comes of a wish for a verification.
    fn on_verification(&self, _event: &VerificationEvent<'_>) {}

    /// A code of a verification was checked.
    fn on_verification_check(&self, _event: &VerificationCheckEvent<'_>) {}

    /// The provider behind a sender told of a message.
    fn on_report(&self, _sender: &str, _reported: &Reported) {}

    /// It is known what became of a message: this is told once.
    fn on_delivery(&self, _event: &DeliveryEvent<'_>) {}

    /// A message of a sender should have arrived by now, and has or has not. It is told of a sample
    /// of the messages that this instance sent.
    fn on_arrival(&self, _sender: &str, _has_arrived: bool) {}
}

impl Observer for () {}

/// Who asked, and about which number.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The number; `None` if what was given is none, or was not looked at.
    pub mobile: Option<Mobile>,
    /// Whether it is a test number: nothing is ever sent to it.
    pub is_test: bool,
    /// Who asked.
    pub address: AddressBlock,
    /// The caller's own name of the request, as it was given.
    pub trace: Option<Arc<str>>,
}

/// What came of a request for a code.
#[derive(Debug)]
pub struct SendEvent<'a> {
    /// Who asked for it.
    pub asked: &'a Asked,
    /// The outcome; an error if the store failed before a message was sent.
    pub outcome: Result<&'a SentCode, &'a StoreError>,
    /// The name of the message, if one was handed to a sender.
    pub message_id: Option<MessageId>,
    /// The provider's own name of the message, if it was accepted and has one.
    pub provider_id: Option<&'a str>,
    /// From the request to the outcome.
    pub took: Duration,
}

/// What came of checking a code.
#[derive(Debug)]
pub struct CheckEvent<'a> {
    /// Who asked for it.
    pub asked: &'a Asked,
    /// The outcome; an error if the store failed.
    pub outcome: Result<&'a CheckedCode, &'a StoreError>,
    /// From the request to the outcome.
    pub took: Duration,
}

/// What became of a message that a sender accepted.
#[derive(Debug)]
pub struct DeliveryEvent<'a> {
    /// The sender.
    pub sender: &'a str,
    /// The provider's own name of the message.
    pub provider_id: &'a str,
    /// Whether it arrived, when, and what is known of it besides.
    pub fate: &'a Fate,
    /// Its number, if the provider or we know it.
    pub mobile: Option<Mobile>,
    /// The code that the provider gave with it; `None` if its report came before the message was
    /// known to be sent.
    pub code: Option<&'a str>,
}

use std::time::Duration;

use sms_core::ServiceSid;
use sms_gateway::MessageId;
use sms_store::StoreError;

use super::{CheckedVerification, StartedVerification};
use crate::Asked;

/// What came of asking for a verification, or for its code once more.
#[derive(Debug)]
pub struct VerificationEvent<'a> {
    /// Who asked for it.
    pub asked: &'a Asked,
    /// Of which service.
    pub service: ServiceSid,
    /// The outcome; an error if the store failed before a message was sent.
    pub outcome: Result<&'a StartedVerification, &'a StoreError>,
    /// The name of the message, if one was handed to a sender.
    pub message_id: Option<MessageId>,
    /// The provider's own name of the message, if it was accepted and has one.
    pub provider_id: Option<&'a str>,
    /// From the request to the outcome.
    pub took: Duration,
}

/// What came of checking a code of a verification.
#[derive(Debug)]
pub struct VerificationCheckEvent<'a> {
    /// Who asked for it.
    pub asked: &'a Asked,
    /// Of which service.
    pub service: ServiceSid,
    /// The outcome; an error if the store failed.
    pub outcome: Result<&'a CheckedVerification, &'a StoreError>,
    /// From the request to the outcome.
    pub took: Duration,
}

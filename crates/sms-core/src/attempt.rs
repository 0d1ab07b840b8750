use crate::{AttemptSid, Mobile, ServiceSid, SmsCode, Started, Timestamp, VerificationSid};

/// A message with the code of a verification, and what has come of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its name.
    pub sid: AttemptSid,
    /// Whose code it carried.
    pub verification: VerificationSid,
    /// For whom.
    pub service: ServiceSid,
    /// Where it went; `None` if that can't be read any more.
    pub to: Option<Mobile>,
    /// Characters of the code.
    pub code_length: u8,
    /// When it was sent.
    pub created_at: Timestamp,
    /// When something was heard of it last.
    pub updated_at: Timestamp,
    /// Whether its verification was approved while it was the newest message of it.
    pub is_converted: bool,
    /// Where its provider says it is.
    pub state: AttemptState,
    /// The provider's code for that, if it gave one.
    pub provider_code: Option<String>,
}

impl Attempt {
    /// The message `sid` to `to` with the code of a verification that was begun, or went on, for
    /// `service`. Nothing has come of it yet.
    #[must_use]
    pub fn new(
        sid: AttemptSid,
        service: ServiceSid,
        to: Mobile,
        started: &Started<SmsCode>,
    ) -> Self {
        Self {
            sid,
            verification: started.verification.sid,
            service,
            to: Some(to),
            // A code has ten characters at most.
            code_length: started.code.expose().len() as u8,
            created_at: started.slot,
            updated_at: started.slot,
            is_converted: false,
            state: AttemptState::Sent,
            provider_code: None,
        }
    }
}

/// Where a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum AttemptState {
    /// A sender accepted it; nothing was heard since.
    Sent,
    /// It arrived.
    Delivered,
    /// It will not arrive.
    Failed,
}

impl AttemptState {
    /// The word for it on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

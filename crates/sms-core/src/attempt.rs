use crate::{AttemptSid, Mobile, ServiceSid, Timestamp, VerificationSid};

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

mod record;

use std::time::Duration;

pub(crate) use self::record::{OfService, may_send_again};
use crate::{AttemptSid, Quotas, ServiceSid, Timestamp, VerificationSid};

/// What has come of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum VerificationStatus {
    /// Its code may be given.
    Pending,
    /// Its code was given.
    Approved,
    /// It was taken back.
    Canceled,
    /// Too many wrong codes were given.
    MaxAttemptsReached,
}

impl VerificationStatus {
    /// The word for it on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Canceled => "canceled",
            Self::MaxAttemptsReached => "max_attempts_reached",
        }
    }
}

/// A message with the code of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CodeSend {
    /// Its name.
    pub sid: AttemptSid,
    /// When it went out.
    pub at: Timestamp,
}

/// What may be told of a verification: everything but its number and its code.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Verification {
    /// Its name.
    pub sid: VerificationSid,
    /// What has come of it.
    pub status: VerificationStatus,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
    /// The first moment at which it is as if it had never been.
    pub expires_at: Timestamp,
    /// The messages with its code, oldest first.
    pub sends: Vec<CodeSend>,
}

impl Verification {
    /// One that begins `now` and lasts for `ttl`, without a message yet.
    #[must_use]
    pub fn begun(sid: VerificationSid, now: Timestamp, ttl: Duration) -> Self {
        Self {
            sid,
            status: VerificationStatus::Pending,
            created_at: now,
            updated_at: now,
            expires_at: now.after(ttl),
            sends: Vec::new(),
        }
    }

    /// Adds a message with its code, which goes out `now`.
    pub fn add_send(&mut self, sid: AttemptSid, now: Timestamp) {
        self.updated_at = now;
        self.sends.push(CodeSend { sid, at: now });
    }
}

/// A verification that wants to be begun, or whose code wants to be sent again.
#[derive(Debug, Clone)]
pub struct Start<C> {
    /// Whose it is.
    pub service: ServiceSid,
    /// Its name, if it is a new one.
    pub sid: VerificationSid,
    /// Its code, if it is a new one.
    pub code: C,
    /// The name of the message.
    pub send: AttemptSid,
}

/// The rules of beginning a verification and of sending its code again.
#[derive(Debug, Clone)]
pub struct StartRules {
    /// How long it lasts, counted from its first message.
    pub ttl: Duration,
    /// Messages of one verification, at least 1.
    pub max_sends: u8,
    /// Messages to the number, whoever sends them.
    pub quotas: Quotas,
    /// Wrong codes for the number, over all its codes.
    pub failures: Quotas,
}

/// Why a verification may not be begun, nor its code be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartRefusal {
    /// Too many wrong codes were given for the number.
    NumberBlocked {
        /// How long until it is blocked no more.
        retry_after: Duration,
    },
    /// Too many wrong codes were given for this verification: another message would buy new guesses.
    ChecksExhausted {
        /// How long until its time is over.
        retry_after: Duration,
    },
    /// The code was sent as often as it may.
    SendsExhausted {
        /// How long until its time is over.
        retry_after: Duration,
    },
    /// The number was sent to too recently or too often.
    TooOften {
        /// How long until its quotas have a slot again.
        retry_after: Duration,
    },
}

/// A message that may go out.
#[derive(Debug, Clone)]
pub struct Started<C> {
    /// The verification with this message.
    pub verification: Verification,
    /// The code that it carries: that of the first message.
    pub code: C,
    /// The slot, to be given back if the send fails.
    pub slot: Timestamp,
    /// How long until the quotas of the number have a slot again.
    pub next_slot_in: Duration,
}

/// What came of checking a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerificationCheck {
    /// It was right. The verification is gone.
    Right(Verification),
    /// It was wrong. The status is the one before: who guesses is not told that it was the last time.
    Wrong(Verification),
    /// There is nothing to compare with.
    Missing,
    /// Nothing was compared: the checks of this verification, or the failures of the number, are
    /// used up.
    TooMany {
        /// How long until that is over.
        retry_after: Duration,
    },
}

/// How a verification ends without a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerificationEnd {
    /// Whoever checks codes themselves says that it was right.
    Approved,
    /// It is taken back.
    Canceled,
}

/// Whose verification is meant, and which: the current one, unless it is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Which {
    /// The service.
    pub service: ServiceSid,
    /// The verification.
    pub sid: Option<VerificationSid>,
}

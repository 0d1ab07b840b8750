use std::sync::Arc;
use std::time::{Duration, Instant};

use sms_core::{
    AddressBlock, CheckRules, Message, Mobile, ServiceSid, Verification, VerificationCheck,
};
use sms_store::{AttemptChange, StoreError};

use super::events::VerificationCheckEvent;
use super::target::Found;
use super::{Inner, Target, Verifications};
use crate::ServiceError;
use crate::abandoned::carry_through;
use crate::observer::Asked;

/// A code that somebody gave for a verification.
#[derive(Clone)]
pub struct CheckVerification {
    /// Of which service.
    pub service: ServiceSid,
    /// Which verification.
    pub target: Target,
    /// The code.
    pub code: String,
    /// Who asks.
    pub address: AddressBlock,
    /// The caller's own name of the request, which observers are told.
    pub trace: Option<Arc<str>>,
}

/// What came of checking a code of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckedVerification {
    /// There is no such service.
    UnknownService,
    /// Not a number in E.164.
    BadNumber,
    /// There is nothing to compare with.
    Missing,
    /// Nothing was compared: checks or failures are used up.
    TooMany {
        /// How long until that is over.
        retry_after: Duration,
    },
    /// It was wrong.
    Wrong {
        /// The number.
        to: Mobile,
        /// The verification, still pending as far as the caller is told.
        verification: Verification,
    },
    /// It was right.
    Approved {
        /// The number.
        to: Mobile,
        /// The verification, which is gone.
        verification: Verification,
        /// The sender that takes most messages to such a number.
        sender: Arc<str>,
    },
}

impl CheckedVerification {
    /// How people would be told of it, which is also its name in records.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::UnknownService | Self::Missing => Message::CodeMissing,
            Self::BadNumber => Message::BadMobile,
            Self::TooMany { .. } => Message::TooManyAttempts,
            Self::Wrong { .. } => Message::CodeMismatch,
            Self::Approved { .. } => Message::Verified,
        }
    }
}

impl Verifications {
    /// Checks a code: one atomic step of the store.
    ///
    /// Once begun it is carried through, whether or not the caller waits for it.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn check(
        &self,
        request: CheckVerification,
    ) -> Result<CheckedVerification, ServiceError> {
        let started = Instant::now();
        let inner = Arc::clone(&self.inner);
        let work = async move {
            let mut asked = Asked {
                mobile: None,
                is_test: false,
                address: request.address,
                trace: request.trace.clone(),
            };
            let outcome = inner.compare(&request, &mut asked).await;
            let event = VerificationCheckEvent {
                asked: &asked,
                service: request.service,
                outcome: outcome.as_ref(),
                took: started.elapsed(),
            };
            inner.shared.observer.on_verification_check(&event);
            outcome
        };
        Ok(carry_through(work, &self.inner.shared.abandoned).await?)
    }
}

impl Inner {
    async fn compare(
        &self,
        request: &CheckVerification,
        asked: &mut Asked,
    ) -> Result<CheckedVerification, StoreError> {
        let Some(service) = self.service(request.service) else {
            return Ok(CheckedVerification::UnknownService);
        };
        let (to, which) = match self.find(service, &request.target) {
            Found::At(to, which) => (to, which),
            Found::Nowhere => return Ok(CheckedVerification::Missing),
            Found::BadNumber => return Ok(CheckedVerification::BadNumber),
        };
        asked.mobile = Some(to);
        asked.is_test = self.shared.test_code(&to).is_some();
        let rules = CheckRules {
            max_attempts: service.max_checks,
            failures: self.shared.policy.limits.failures_per_mobile.clone(),
        };
        let checked = self
            .store
            .check_verification(&to, which, &request.code, &rules);
        Ok(match checked.await? {
            VerificationCheck::Missing => CheckedVerification::Missing,
            VerificationCheck::TooMany { retry_after } => {
                CheckedVerification::TooMany { retry_after }
            }
            VerificationCheck::Wrong(verification) => {
                CheckedVerification::Wrong { to, verification }
            }
            VerificationCheck::Right(verification) => {
                self.note_conversion(&verification);
                CheckedVerification::Approved {
                    sender: self.usual_sender(service, &to),
                    to,
                    verification,
                }
            }
        })
    }

    /// Notes with the newest attempt of a verification that it led to its approval. A note that is lost
    /// is missed by statistics alone.
    pub(super) fn note_conversion(&self, verification: &Verification) {
        if let Some(newest) = verification.sends.last() {
            self.attempts.change(newest.sid, AttemptChange::Converted);
        }
    }
}

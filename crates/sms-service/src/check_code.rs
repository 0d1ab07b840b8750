use std::sync::Arc;

use sms_core::{CheckOutcome, CheckRules, Message, Mobile};
use sms_store::Checked;

use crate::{ServiceError, VerificationService};

/// What came of checking a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckedCode {
    /// No code was given.
    MissingParameter,
    /// Not a mobile number, or not one that may be sent to.
    BadMobile,
    /// The store's verdict.
    Checked {
        /// What it is.
        outcome: CheckOutcome,
        /// The sender by which a code that was right had come; `None` for any other verdict.
        sender: Option<Arc<str>>,
    },
}

impl CheckedCode {
    /// How people are told.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::MissingParameter => Message::MissingParameter,
            Self::BadMobile => Message::BadMobile,
            Self::Checked { outcome, .. } => match outcome {
                CheckOutcome::Verified => Message::Verified,
                CheckOutcome::Missing => Message::CodeMissing,
                CheckOutcome::Mismatch { .. } => Message::CodeMismatch,
                CheckOutcome::TooManyAttempts => Message::TooManyAttempts,
            },
        }
    }

    /// How many attempts a wrong code left.
    #[must_use]
    pub fn attempts_left(&self) -> Option<u8> {
        match self {
            Self::Checked {
                outcome: CheckOutcome::Mismatch { attempts_left },
                ..
            } => Some(*attempts_left),
            _ => None,
        }
    }
}

impl VerificationService {
    /// Checks the code that somebody gave for a number: one atomic step of the store.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn check_code(
        &self,
        mobile: &str,
        sms_code: Option<&str>,
    ) -> Result<CheckedCode, ServiceError> {
        let policy = &self.shared.policy;
        let Some(sms_code) = sms_code.filter(|code| !code.is_empty()) else {
            return Ok(CheckedCode::MissingParameter);
        };
        let Ok(mobile) = Mobile::parse_in(&policy.limits.countries, mobile) else {
            return Ok(CheckedCode::BadMobile);
        };
        let rules = CheckRules {
            max_attempts: policy.code.max_attempts,
            failures: policy.limits.failures_per_mobile.clone(),
        };
        let checked = self.shared.store.check(&mobile, sms_code, &rules).await?;
        Ok(CheckedCode::Checked {
            outcome: checked.outcome,
            sender: self.sender_of(checked),
        })
    }

    /// The sender of a code that was right: the one that was noted, else the usual one.
    fn sender_of(&self, checked: Checked) -> Option<Arc<str>> {
        let is_right = checked.outcome == CheckOutcome::Verified;
        let noted = checked.sender.map(Arc::from);
        is_right.then(|| noted.unwrap_or_else(|| self.shared.sender.usual().into()))
    }
}

use sms_core::{CheckOutcome, CheckRules, Message, Mobile};

use crate::{ServiceError, VerificationService};

/// What came of checking a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckedCode {
    /// No code was given.
    MissingParameter,
    /// Not a mobile number, or not one that may be sent to.
    BadMobile,
    /// The store's verdict.
    Checked(CheckOutcome),
}

impl CheckedCode {
    /// How people are told.
    #[must_use]
    pub fn message(self) -> Message {
        match self {
            Self::MissingParameter => Message::MissingParameter,
            Self::BadMobile => Message::BadMobile,
            Self::Checked(CheckOutcome::Verified) => Message::Verified,
            Self::Checked(CheckOutcome::Missing) => Message::CodeMissing,
            Self::Checked(CheckOutcome::Mismatch { .. }) => Message::CodeMismatch,
            Self::Checked(CheckOutcome::TooManyAttempts) => Message::TooManyAttempts,
        }
    }

    /// How many attempts a wrong code left.
    #[must_use]
    pub fn attempts_left(self) -> Option<u8> {
        match self {
            Self::Checked(CheckOutcome::Mismatch { attempts_left }) => Some(attempts_left),
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
        Ok(CheckedCode::Checked(checked.outcome))
    }
}

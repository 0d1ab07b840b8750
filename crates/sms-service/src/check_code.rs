use std::sync::Arc;
use std::time::Instant;

use sms_core::{AddressBlock, CheckOutcome, CheckRules, Message, Mobile};
use sms_store::{Checked, StoreError};

use crate::abandoned::carry_through;
use crate::observer::{Asked, CheckEvent};
use crate::service::Shared;
use crate::{ServiceError, VerificationService};

/// A code that somebody gave for a number, as it came in.
#[derive(Clone)]
pub struct CheckCode {
    /// The number, not parsed yet.
    pub mobile: String,
    /// The code.
    pub sms_code: Option<String>,
    /// Who asks.
    pub address: AddressBlock,
    /// The caller's own name of the request, which observers are told.
    pub trace: Option<Arc<str>>,
}

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
        /// The sender by which a code that was right had come; `None` for any other verdict, and
        /// for a test number.
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
    /// Once begun it is carried through, whether or not the caller waits for it: who guesses and
    /// hangs up must not go unnoticed.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn check_code(&self, request: CheckCode) -> Result<CheckedCode, ServiceError> {
        let started = Instant::now();
        let shared = Arc::clone(&self.shared);
        let (asked, guess) = shared.read(request);
        let (mobile, code) = match guess {
            Ok(guess) => guess,
            Err(refused) => {
                shared.observe(&asked, Ok(&refused), started);
                return Ok(refused);
            }
        };
        let work = async move {
            let outcome = shared.compare(&mobile, &code, asked.is_test).await;
            shared.observe(&asked, outcome.as_ref(), started);
            outcome
        };
        Ok(carry_through(work, &self.shared.abandoned).await?)
    }
}

impl Shared {
    /// What is asked, and the number and the code to compare, or why there is nothing to compare.
    fn read(&self, request: CheckCode) -> (Asked, Result<(Mobile, String), CheckedCode>) {
        let mut asked = Asked {
            mobile: None,
            is_test: false,
            address: request.address,
            trace: request.trace,
        };
        let Some(code) = request.sms_code.filter(|code| !code.is_empty()) else {
            return (asked, Err(CheckedCode::MissingParameter));
        };
        let countries = &self.policy.limits.countries;
        asked.mobile = Mobile::parse_in(countries, &request.mobile).ok();
        let test_code = asked.mobile.and_then(|mobile| self.test_code(&mobile));
        asked.is_test = test_code.is_some();
        let guess = asked.mobile.map(|mobile| (mobile, code));
        (asked, guess.ok_or(CheckedCode::BadMobile))
    }

    fn observe(&self, asked: &Asked, outcome: Result<&CheckedCode, &StoreError>, started: Instant) {
        self.observer.on_check(&CheckEvent {
            asked,
            outcome,
            took: started.elapsed(),
        });
    }

    async fn compare(
        &self,
        mobile: &Mobile,
        code: &str,
        is_test: bool,
    ) -> Result<CheckedCode, StoreError> {
        let rules = CheckRules {
            max_attempts: self.policy.code.max_attempts,
            failures: self.policy.limits.failures_per_mobile.clone(),
        };
        let checked = self.store.check(mobile, code, &rules).await?;
        Ok(CheckedCode::Checked {
            outcome: checked.outcome,
            // No sender had anything to do with the code of a test number.
            sender: self.sender_of(mobile, checked).filter(|_| !is_test),
        })
    }

    /// The sender of a code that was right: the one that was noted, else the usual one of such a
    /// number.
    fn sender_of(&self, mobile: &Mobile, checked: Checked) -> Option<Arc<str>> {
        let is_right = checked.outcome == CheckOutcome::Verified;
        let noted = checked.sender.map(Arc::from);
        is_right.then(|| noted.unwrap_or_else(|| self.sender.usual(mobile).into()))
    }
}

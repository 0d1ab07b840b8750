use std::sync::Arc;
use std::time::Duration;

use sms_core::{CodeLength, Countries, Locale, Quotas, ServiceSid, StartRules};
use sms_gateway::SmsSender;
use sms_store::AttemptPolicy;

use super::VerificationNames;
use crate::Limits;

/// Everything about verifications that an operator may choose.
#[derive(Debug, Clone)]
pub struct VerifyPolicy {
    /// The services, each with a name of its own.
    pub services: Vec<ServicePolicy>,
    /// How long attempts are kept, and how many.
    pub attempts: AttemptPolicy,
    /// What verifications are called.
    pub names: VerificationNames,
}

/// The rules of one use of verification.
#[derive(Clone)]
pub struct ServicePolicy {
    /// Its name for programs.
    pub sid: ServiceSid,
    /// Its name for people.
    pub friendly_name: String,
    /// Digits of a code.
    pub code_length: CodeLength,
    /// How long a verification lasts, counted from its first message.
    pub ttl: Duration,
    /// Wrong codes until a verification is void, at least 1.
    pub max_checks: u8,
    /// Messages of one verification, at least 1.
    pub max_sends: u8,
    /// Whether callers may choose codes themselves.
    pub custom_code_enabled: bool,
    /// Messages to one number, in the place of [`crate::Limits::per_mobile`]. Whoever makes several
    /// services lets each quota remember for all ([`Quotas::remembering`]): they share one log.
    pub per_mobile: Quotas,
    /// Where messages may go.
    pub countries: Countries,
    /// The language of messages; that of the service beside it, if there is none.
    pub locale: Option<Locale>,
    /// What sends; what sends for the service beside it, if there is none.
    pub sender: Option<Arc<dyn SmsSender>>,
}

impl ServicePolicy {
    /// The rules of beginning a verification and of sending its code again, where `limits` hold;
    /// `is_test`: of a test number.
    #[must_use]
    pub fn start_rules(&self, limits: &Limits, is_test: bool) -> StartRules {
        StartRules {
            ttl: self.ttl,
            max_sends: self.max_sends,
            quotas: match is_test {
                false => self.per_mobile.clone(),
                true => limits.per_test_number.clone(),
            },
            failures: limits.failures_per_mobile.clone(),
        }
    }
}

impl std::fmt::Debug for ServicePolicy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("ServicePolicy");
        shown.field("sid", &self.sid);
        shown.field("friendly_name", &self.friendly_name);
        shown.finish_non_exhaustive()
    }
}

//! Verifications with a name: the use cases of callers who have shown who they are.

mod attempt_writer;
mod attempts;
mod check;
mod events;
mod find;
mod message;
mod names;
mod policy;
mod rate_limits;
mod repeats;
mod safe_list;
mod start;
mod target;

use std::sync::Arc;

use sms_core::{Locale, Mobile, ServiceSid};
use sms_store::{AttemptStore, VerificationStore};

pub(crate) use self::attempt_writer::AttemptWriter;
pub use self::attempts::{AttemptFilter, AttemptPlace, AttemptSummary};
pub use self::check::{CheckVerification, CheckedVerification};
pub use self::events::{VerificationCheckEvent, VerificationEvent};
pub use self::names::VerificationNames;
pub use self::policy::{ServicePolicy, VerifyPolicy};
pub use self::rate_limits::{Bucket, RateLimit, RateLimitError};
pub use self::repeats::Repeatable;
pub use self::safe_list::{SafeListError, SafeNumber};
pub use self::start::{Channel, StartVerification, StartedVerification};
pub use self::target::Target;
use crate::VerificationService;
use crate::service::Shared;

/// The use cases of verifications: start one or send its code again, check a code, look, end; the
/// attempts, the safe list, and the callers' own limits.
///
/// They go by the same limits, senders and store as the [`VerificationService`] that they belong to. A
/// clone is another handle of the same.
#[derive(Clone)]
pub struct Verifications {
    inner: Arc<Inner>,
}

struct Inner {
    shared: Arc<Shared>,
    store: Arc<dyn VerificationStore>,
    attempts: Arc<AttemptWriter>,
    policy: VerifyPolicy,
}

impl Verifications {
    /// Verifications beside `service`, which keep their state in `store`: the one that the service has
    /// too. They may be made once for a service.
    #[must_use]
    pub fn new(
        service: &VerificationService,
        store: Arc<dyn VerificationStore>,
        policy: VerifyPolicy,
    ) -> Self {
        let shared = Arc::clone(&service.shared);
        // If there are verifications already, these note the same in the same store.
        let attempts = shared.attempts.get_or_init(|| {
            let store: Arc<dyn AttemptStore> = store.clone();
            Arc::new(AttemptWriter::new(store, policy.attempts))
        });
        let attempts = Arc::clone(attempts);
        Self {
            inner: Arc::new(Inner {
                shared,
                store,
                attempts,
                policy,
            }),
        }
    }

    /// What the services are.
    #[must_use]
    pub fn policy(&self) -> &VerifyPolicy {
        &self.inner.policy
    }
}

impl Inner {
    fn service(&self, sid: ServiceSid) -> Option<&ServicePolicy> {
        let mut services = self.policy.services.iter();
        services.find(|service| service.sid == sid)
    }

    /// The language of a message, unless the caller asks for another.
    fn locale(&self, service: &ServicePolicy) -> Locale {
        service.locale.unwrap_or(self.shared.policy.locale)
    }

    /// The sender that takes most messages of a service to such a number.
    fn usual_sender(&self, service: &ServicePolicy, to: &Mobile) -> Arc<str> {
        let sender = service.sender.as_ref().unwrap_or(&self.shared.sender);
        sender.usual(to).into()
    }
}

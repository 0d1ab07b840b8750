//! What the configuration says about a number.

use sms_core::{Mobile, NumberScope, Quotas, StartRules, Timestamp};
use sms_service::{Policy, ServicePolicy};

use crate::config::{ConfigError, Settings};

/// The rules for one number, of both faces.
pub(crate) struct Rules {
    pub(super) policy: Policy,
    pub(super) services: Vec<Service>,
}

/// A service of the Verify face.
pub(super) struct Service {
    /// Its name in the configuration.
    pub(super) name: String,
    pub(super) policy: ServicePolicy,
    /// Whether it has quotas of its own for numbers.
    pub(super) has_own_quotas: bool,
}

impl Rules {
    /// Those of the configuration.
    ///
    /// # Errors
    ///
    /// A value out of its range, by its key.
    pub(crate) fn of(settings: &Settings) -> Result<Self, ConfigError> {
        let policies = settings.verify_policy()?.map(|verify| verify.services);
        // In the order of their names, both of them.
        let configured = settings.verify.services.iter();
        let services = configured.zip(policies.unwrap_or_default());
        Ok(Self {
            policy: settings.policy()?,
            services: services
                .map(|((name, settings), policy)| Service {
                    name: name.clone(),
                    policy,
                    has_own_quotas: settings.per_mobile.is_some(),
                })
                .collect(),
        })
    }

    /// What of a number is looked at.
    pub(crate) fn scope(&self) -> NumberScope {
        let limits = &self.policy.limits;
        let quotas = [
            &limits.per_mobile,
            &limits.per_test_number,
            &limits.failures_per_mobile,
        ];
        let most = quotas.map(Quotas::largest_limit).into_iter().max();
        NumberScope {
            max_attempts: self.policy.code.max_attempts,
            services: (self.services.iter())
                .map(|service| service.policy.sid)
                .collect(),
            most_times: most.unwrap_or_default().max(1),
        }
    }

    /// Whether it is a test number at `now`.
    pub(super) fn is_test(&self, mobile: &Mobile, now: Timestamp) -> bool {
        self.policy.test_numbers.code_of(mobile, now).is_some()
    }

    /// The rules of beginning a verification for a service.
    pub(super) fn start(&self, service: &Service, is_test: bool) -> StartRules {
        service.policy.start_rules(&self.policy.limits, is_test)
    }
}
